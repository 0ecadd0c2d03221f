// No operation in use sends or receives an event stream.
const absent = (): never => {
  throw new Error('event streams are not in this bundle');
};

export class EventStreamSerde {
  constructor() {
    absent();
  }
}

export const eventStreamSerdeProvider = absent;
