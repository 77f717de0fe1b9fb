/** The reasons of SPEC 14.7, and nothing else. */
export const REASONS = Object.freeze([
  'not-png', 'png-damaged', 'limit-exceeded', 'no-prologue', 'prologue-damaged', 'version-unknown',
  'required-flag-unknown', 'prologue-malformed', 'carrier-size-mismatch', 'length-mismatch', 'header-damaged',
  'header-malformed', 'name-invalid', 'metadata-invalid', 'extension-unknown', 'root-mismatch', 'element-unknown',
  'filter-unknown', 'codec-unknown', 'block-damaged', 'block-malformed', 'block-digest-mismatch', 'element-invalid',
  'array-digest-mismatch',
]);

/** A file was refused. `reason` is a string of SPEC 14.7, `message` says more for people. */
export class DecodeError extends Error {
  /** @param {string} reason @param {string} [detail] */
  constructor(reason, detail) {
    super(detail ? `${reason}: ${detail}` : reason);
    this.name = 'DecodeError';
    this.reason = reason;
  }
}

/** What was asked of the encoder cannot be written in this format. */
export class EncodeError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'EncodeError';
  }
}

/** A name was asked for that the file does not have: the caller's error, with no reason (SPEC 12). */
export class UnknownNameError extends Error {
  /** @param {string} name */
  constructor(name) {
    super(`no array has the name ${JSON.stringify(name)}`);
    this.name = 'UnknownNameError';
  }
}
