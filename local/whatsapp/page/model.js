import { Emitter } from './emitter.js';

/** A thing with attributes. They are its own enumerable properties, and changing them through `set` is announced. */
export class Model extends Emitter {
  #collection;

  constructor(attributes) {
    super();
    Object.assign(this, attributes);
  }

  get collection() {
    return this.#collection;
  }

  joinCollection(collection) {
    this.#collection ??= collection;
  }

  /** Announces `change:name` for each attribute that changed, then `change`. */
  set(changes) {
    let isChanged = false;
    for (const [name, value] of Object.entries(changes)) {
      const previous = this[name];
      if (previous === value) continue;
      this[name] = value;
      isChanged = true;
      this.trigger(`change:${name}`, this, value, previous);
    }
    if (isChanged) this.trigger('change', this);
    return this;
  }

  /** Listeners of the collection hear it too. */
  trigger(name, ...args) {
    super.trigger(name, ...args);
    this.#collection?.trigger(name, ...args);
    return this;
  }

  serialize() {
    return { ...this };
  }

  unsafe() {
    return this;
  }
}
