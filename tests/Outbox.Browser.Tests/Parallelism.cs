// A browser and a host for each test are enough for one machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
