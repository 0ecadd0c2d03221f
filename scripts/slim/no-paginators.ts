// The paginators of lib-dynamodb are built as the module loads and bring commands along that nobody uses; here pages
// are read one by one, with a cursor of our own.
export {};
