/** The page's side of the worker: a verb and a request in, a promise out. */

/** A refusal or a fault that the worker reported. */
export class WorkerFault extends Error {
  /** @param {{kind: string, reason: string|null, message: string}} error */
  constructor({ kind, reason, message }) {
    super(message);
    this.kind = kind;
    this.reason = reason;
  }
}

function start() {
  // In the one-file page the worker's source lies in the page; otherwise beside it.
  const inside = document.getElementById('worker-source');
  if (!inside) return new Worker(trusted('worker.js'));
  const url = URL.createObjectURL(new Blob([inside.textContent ?? ''], { type: 'text/javascript' }));
  const worker = new Worker(trusted(url));
  worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/** @type {any} */
let policy;

/** A script's address, also where a page asks for Trusted Types. @param {string} url @returns {any} */
function trusted(url) {
  policy ??= /** @type {any} */ (window).trustedTypes?.createPolicy('intaglio-worker', { createScriptURL: (/** @type {string} */ u) => u }) ?? { createScriptURL: (/** @type {string} */ u) => u };
  return policy.createScriptURL(url);
}

export class Client {
  /** @param {(progress: {stage: string, done: number}) => void} onProgress */
  constructor(onProgress) {
    this.onProgress = onProgress;
    this.next = 0;
    this.restart();
  }

  /** Ends whatever is under way, and forgets the arrays. */
  restart() {
    this.worker?.terminate();
    for (const { reject } of this.waiting?.values() ?? []) reject(new DOMException('stopped', 'AbortError'));
    /** @type {Map<number, {resolve: (v: any) => void, reject: (e: Error) => void}>} */
    this.waiting = new Map();
    this.worker = start();
    this.worker.onmessage = ({ data }) => {
      if (data.progress) {
        this.onProgress(data.progress);
        return;
      }
      const call = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error) call?.reject(new WorkerFault(data.error));
      else call?.resolve(data.result);
    };
    this.worker.onerror = (e) => {
      const fault = new WorkerFault({ kind: 'failed', reason: null, message: e.message || 'the worker could not be started' });
      for (const { reject } of this.waiting.values()) reject(fault);
      this.waiting.clear();
    };
  }

  /** @param {string} verb @param {object} request @param {Transferable[]} [transfer] @returns {Promise<any>} */
  call(verb, request, transfer = []) {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, verb, ...request }, transfer);
    });
  }
}

/** Runs the newest job only, one at a time: what came in between is forgotten. */
export class Latest {
  constructor() {
    this.busy = false;
    /** @type {(() => Promise<void>)|null} */
    this.queued = null;
  }

  /** @param {() => Promise<void>} job */
  async run(job) {
    this.queued = job;
    if (this.busy) return;
    this.busy = true;
    while (this.queued) {
      const now = this.queued;
      this.queued = null;
      try {
        await now();
      } catch (e) {
        if (/** @type {Error} */ (e).name !== 'AbortError') console.error(e);
      }
    }
    this.busy = false;
  }
}
