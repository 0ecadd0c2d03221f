// Formats the headers of event-stream messages for signing; nothing here sends any.
export class HeaderFormatter {
  format(): never {
    throw new Error('event streams are not in this bundle');
  }
}
