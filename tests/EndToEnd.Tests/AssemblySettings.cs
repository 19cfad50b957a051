// Most of these tests wait: for a process to start, to end, to come back. Two at a time leave no processor idle, and those that measure
// stand in a collection of their own.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
