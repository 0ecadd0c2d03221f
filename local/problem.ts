/** Something the person at the keyboard can put right; its message is one line that says how. */
export class Trouble extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Trouble';
  }
}
