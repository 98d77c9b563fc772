import { Emitter } from './emitter.js';

/** Models by id. Ids may be given as text or as anything whose toString() is the id. */
export class Collection extends Emitter {
  #models = new Map();

  get length() {
    return this.#models.size;
  }

  get(id) {
    return id === undefined || id === null ? undefined : this.#models.get(String(id));
  }

  /** Adds models that are not there yet and announces each. */
  add(models) {
    for (const model of Array.isArray(models) ? models : [models]) {
      const id = String(model.id);
      if (this.#models.has(id)) continue;
      this.#models.set(id, model);
      this.adopt(model);
      this.trigger('add', model);
    }
    return models;
  }

  /** The collection a model's events are heard in too. */
  adopt(model) {
    model.joinCollection(this);
  }

  remove(model) {
    if (this.#models.delete(String(model.id))) this.trigger('remove', model);
  }

  /** Takes the oldest away, unannounced, until `size` are left. */
  shrink(size, onGone) {
    for (const [id, model] of this.#models) {
      if (this.#models.size <= size) return;
      this.#models.delete(id);
      onGone(model);
    }
  }

  getModelsArray() {
    return [...this.#models.values()];
  }

  get models() {
    return this.getModelsArray();
  }

  forEach(visit) {
    this.getModelsArray().forEach(visit);
  }

  filter(test) {
    return this.getModelsArray().filter(test);
  }

  find(id) {
    return Promise.resolve(this.get(id));
  }
}
