// Most of these tests wait: for a process to start, to end, to come back. Three at a time leave few processors idle, and those that measure
// stand in a collection of their own.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
