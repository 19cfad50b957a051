using CsCheck;
using Xunit.Abstractions;

namespace HostAtlas.Agent.Tests.Logs.Files;

/// <summary>Whatever happens to a log between two looks, and wherever the process dies, each line is spooled once.</summary>
public sealed class RotationPropertyTests(ITestOutputHelper output)
{
    private enum Step
    {
        Write,
        WriteMore,
        Poll,
        PollAgain,
        Rename,
        CopyAndCut,
        Compress,
        Kill,
        KillTorn,
        Save,
        WriteToOld,
    }

    [Fact]
    public void Each_line_is_spooled_once_and_in_order()
    {
        Gen.Select(Gen.Enum<Step>().Array[1, 40], Gen.Int[0, 1_000_000]).Sample((steps, seed) =>
        {
            using var host = new LogHost();
            var writer = new Writer(host);
            var random = new Random(seed);
            host.Write("app.log", "");
            host.Poll();
            foreach (var step in steps) Do(step, host, writer, random);
            writer.Complete();
            for (var i = 0; i < 3; i++) host.Poll();
            var texts = host.Texts();
            Assert.Equal("", string.Join(", ", writer.Written.Except(texts, StringComparer.Ordinal)));
            Assert.Equal(writer.Written.Count, texts.Count);
            // A program that writes to its old file after the new one has begun breaks the order itself.
            if (!steps.Contains(Step.WriteToOld)) Assert.Equal(writer.Written, texts);
        }, iter: 50, writeLine: output.WriteLine, print: schedule => $"{string.Join(' ', schedule.Item1)}; {schedule.Item2}");
    }

    private static void Do(Step step, LogHost host, Writer writer, Random random)
    {
        switch (step)
        {
            case Step.Write:
                writer.Write(random.Next(1, 4));
                break;
            case Step.WriteMore:
                writer.Write(random.Next(20, 60));
                break;
            case Step.Poll or Step.PollAgain:
                host.Poll(0.2);
                break;
            case Step.Rename:
                host.Shift("app.log");
                File.Move(host.Path("app.log"), host.Path("app.log.1"));
                host.Write("app.log", "");
                writer.OldIsOpen = true;
                break;
            case Step.CopyAndCut:
                writer.OldIsOpen = false;
                host.Shift("app.log");
                File.Copy(host.Path("app.log"), host.Path("app.log.1"));
                using (var stream = new FileStream(host.Path("app.log"), FileMode.Open)) stream.SetLength(0);
                break;
            case Step.Compress when File.Exists(host.Path("app.log.1")):
                host.Compress("app.log.1");
                break;
            case Step.Kill:
                host.Restart();
                break;
            case Step.KillTorn:
                host.RestartTorn(random.Next(1, 3_000));
                break;
            case Step.Save:
                host.Save();
                break;
            case Step.WriteToOld when writer.OldIsOpen && File.Exists(host.Path("app.log.1")):
                writer.WriteToOld();
                break;
        }
    }

    private sealed class Writer(LogHost host)
    {
        private int _number;

        /// <summary>The last rotation was a rename, so the program may still have the old file open.</summary>
        public bool OldIsOpen { get; set; }

        public List<string> Written { get; } = [];

        public void Write(int lines)
        {
            for (var i = 0; i < lines; i++)
            {
                host.Write("app.log", $"{Next()}\n");
                Written.Add(Line());
            }
        }

        public void WriteToOld()
        {
            host.Write("app.log.1", $"{Next()}\n");
            Written.Add(Line());
        }

        public void Complete() => Write(1);

        private string Next()
        {
            _number++;
            return Line();
        }

        private string Line() => $"line {_number} of the log, which says nothing of worth";
    }
}
