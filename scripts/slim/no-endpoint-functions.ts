// Functions for the decision diagrams of endpoints, which are not there (see endpoints.ts), with the list of regions.
export const awsEndpointFunctions = {};
