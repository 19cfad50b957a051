using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Xunit.Abstractions;

namespace HostAtlas.Engine.Tests.Backups.Retention;

/// <summary>
/// Decades of a chain, time handed in: runs that commit, die or reuse what is going, freezes, policies, people who cancel, and a crash or
/// another command between any two writes of retention.
/// </summary>
public sealed class RetentionDecadeTests(ITestOutputHelper output)
{
    private static readonly string?[] Schedules = [null, "0 3 * * *", "*/10 * * * *", "0 */6 * * *", "30 2 * * 0"];

    [Fact]
    public void In_no_decade_goes_what_a_snapshot_needs_or_what_is_young_or_anything_while_the_chain_is_not_open()
    {
        var (deleted, returned, kept) = (0, 0, 0);
        for (var seed = 0; seed < (LongForm.IsAsked ? 3_000 : 20); seed++)
        {
            try
            {
                var model = new Decade(seed).Live();
                deleted += model.Deleted;
                returned += model.Returned;
                kept += model.Snapshots.Count;
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"Seed {seed}: {fault.Message}", fault);
            }
        }
        output.WriteLine($"{deleted} objects went, {returned} snapshots came back, {kept} stayed.");
        // A decade in which nothing goes proves nothing.
        Assert.True(deleted > 5_000 && returned > 10 && kept > 100);
    }

    private sealed class Decade(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly RetentionModel _model = new(
            Schedules[seed % Schedules.Length] is { } line ? RunSchedule.Read(line) : null);
        private readonly List<SnapshotId> _left = [];
        private bool _sweeping;
        private int _names, _runs;

        public RetentionModel Live()
        {
            var end = _model.Now.AddDays(3_650);
            for (var steps = 0; _model.Now < end; steps++)
            {
                Step();
                if (steps % 32 == 0) _model.AssertWhole();
            }
            _model.AssertWhole();
            return _model;
        }

        private void Step()
        {
            switch (_random.Next(100))
            {
                case < 30:
                    Run();
                    break;
                case < 55:
                    Sweep();
                    break;
                case < 80:
                    _model.Now += TimeSpan.FromHours(_random.Next(1, 12 * 24));
                    _model.Happen(BackupDecisions.Check(_model.State, _model.Now).Events);
                    break;
                case < 84:
                    // Without the platform looking at what is due: it was down.
                    _model.Now += TimeSpan.FromDays(_random.Next(1, 20));
                    break;
                case < 86:
                    Freeze();
                    break;
                case < 93:
                    if (_model.State.Chain != ChainStatus.Open)
                        _model.Happen(new ChainReopened(ReopenCause.Person, _model.State.Chain, _model.Now, Named.Ada));
                    break;
                case < 95:
                    _model.Policy = new(_random.Next(3), _random.Next(9), _random.Next(5), _random.Next(14), _random.Next(6));
                    break;
                case < 96:
                    _model.AskFloor(_random.Next(RetentionFloor.LeastDays, 60));
                    break;
                case < 97:
                    _model.Cancel();
                    break;
                default:
                    // A run that was believed dead speaks again.
                    if (_left.Count > 0) Finish(_left[_random.Next(_left.Count)]);
                    break;
            }
        }

        private void Run()
        {
            var run = Runs.Id($"{seed} {_runs++}");
            _model.Begin(run);
            if (_model.Snapshots.Count > 0)
                foreach (var name in _model.Snapshots[^1].Needs.Where(_ => _random.Next(10) < 8)) _model.Reuse(run, name);
            // Of what was in use once: also what is noticed, marked or gone.
            if (_model.Rows.Count > 0 && _random.Next(3) == 0) _model.Reuse(run, _model.Rows.ElementAt(_random.Next(_model.Rows.Count)));
            for (var more = _random.Next(1, 4); more > 0; more--) _model.Put(run, _names++, arrives: _random.Next(20) > 0);
            if (_random.Next(8) == 0) _left.Add(run);
            else Finish(run);
        }

        private void Finish(SnapshotId run)
        {
            _model.Now += TimeSpan.FromMinutes(_random.Next(1, 90));
            Interfere();
            _model.Commit(run);
        }

        /// <summary>A part of a sweep, the rest later or never.</summary>
        private void Sweep()
        {
            _sweeping = true;
            using var sweep = _model.Sweep();
            for (var writes = _random.Next(4) == 0 ? _random.Next(12) : int.MaxValue; writes > 0 && sweep.MoveNext(); writes--)
            {
                // Short things come between two writes of one sweep.
                if (_random.Next(20) == 0) Interfere();
            }
            _sweeping = false;
        }

        private void Interfere()
        {
            switch (_random.Next(60))
            {
                case 0:
                    Freeze();
                    break;
                case 1:
                    _model.Cancel();
                    break;
                case < 20 when _sweeping:
                    Run();
                    break;
                case < 40 when !_sweeping:
                    Sweep();
                    break;
            }
        }

        private void Freeze()
        {
            if (_model.State.Chain == ChainStatus.Frozen) return;
            _model.Happen(_model.State.Runs.Select(run => new RunEnded(run.Snapshot, RunEnd.Frozen, _model.Now)));
            _model.Happen(new ChainFrozen(FreezeCause.Person, _model.State.Chain, _model.Now, Named.Ada));
        }
    }
}
