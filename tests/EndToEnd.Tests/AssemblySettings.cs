// Each of these tests measures or kills real processes: two at a time would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
