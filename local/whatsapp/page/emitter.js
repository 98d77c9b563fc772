/** Backbone's events, as far as clients use them: several names in one string, `once`, a context. */
export class Emitter {
  #listeners; // Map, made when the first listener comes: most messages never have one

  on(names, listener, context) {
    this.#listeners ??= new Map();
    for (const name of names.split(' ')) {
      const listeners = this.#listeners.get(name) ?? [];
      this.#listeners.set(name, [...listeners, { listener, context }]);
    }
    return this;
  }

  once(names, listener, context) {
    const onceListener = (...args) => {
      this.off(names, onceListener);
      listener.apply(context ?? this, args);
    };
    return this.on(names, onceListener);
  }

  off(names, listener) {
    for (const name of names.split(' ')) {
      const left = this.#listeners?.get(name)?.filter((entry) => listener && entry.listener !== listener) ?? [];
      this.#listeners?.set(name, left);
    }
    return this;
  }

  trigger(name, ...args) {
    const listeners = this.#listeners?.get(name);
    if (!listeners) return this;
    for (const { listener, context } of listeners) {
      try {
        listener.apply(context ?? this, args);
      } catch (error) {
        console.error(error); // a client's broken listener must not stop the page
      }
    }
    return this;
  }
}
