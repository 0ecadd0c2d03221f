// Sets of default settings by how far the region is, with a call to the metadata service to find out. None is asked for.
export const resolveDefaultsModeConfig = () => async (): Promise<'legacy'> => 'legacy';
