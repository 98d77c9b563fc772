import { BUILD } from './build.js';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;
const ANSWER_LIMIT_MS = 5000;

/** The socket to the service: opens again by itself, and pairs questions with answers. */
export class Line {
  #handlers = {};
  #socket;
  #retryMs = FIRST_RETRY_MS;
  #retryTimer;
  #questions = new Map();
  #lastQuestion = 0;
  #isWanted = false;

  constructor(events) {
    this.events = events; // onOpen(), onClosed()
  }

  handle(handlers) {
    Object.assign(this.#handlers, handlers);
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    this.close();
    this.#isWanted = true;
    const socket = new WebSocket(`wss://${location.host}/ws/chat?build=${BUILD}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#retryMs = FIRST_RETRY_MS;
      this.events.onOpen();
    };
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => this.#closed(socket);
  }

  /** For good: no new attempt follows. */
  close() {
    this.#isWanted = false;
    clearTimeout(this.#retryTimer);
    this.#socket?.close();
    this.#socket = undefined;
  }

  send(frame) {
    if (this.isOpen) this.#socket.send(JSON.stringify(frame));
  }

  /** Rejects if no answer comes in time. */
  ask(op, subject) {
    const id = ++this.#lastQuestion;
    this.send({ t: 'q', id, op, subject });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#questions.delete(id);
        reject(new Error(`No answer to ${op} in ${ANSWER_LIMIT_MS} ms`));
      }, ANSWER_LIMIT_MS);
      this.#questions.set(id, { resolve, timer });
    });
  }

  #receive(frame) {
    if (frame.t === 'r') return this.#answered(frame);
    this.#handlers[frame.t]?.(frame);
  }

  #answered({ id, ok }) {
    const question = this.#questions.get(id);
    if (!question) return;
    this.#questions.delete(id);
    clearTimeout(question.timer);
    question.resolve(ok);
  }

  #closed(socket) {
    if (socket !== this.#socket || !this.#isWanted) return;
    this.events.onClosed();
    this.#retryTimer = setTimeout(() => this.open(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
  }
}
