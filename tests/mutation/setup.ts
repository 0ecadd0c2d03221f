import fc from 'fast-check';

// One counterexample kills a mutant; making it small would only take time. One seed: the same verdict in each run.
fc.configureGlobal({ endOnFailure: true, seed: 20261129 });
