using System.Globalization;

namespace Outbox.Simulation.Engine;

/// <summary>What happened, as lines to read and as one number to compare: two runs of a seed are the same if their hashes are.</summary>
internal sealed class Trace(Scheduler scheduler, int keep)
{
    private const ulong Prime = 0x100000001B3;

    private readonly Queue<string> _lines = new();

    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public IReadOnlyCollection<string> Lines => _lines;

    public void Add(string who, string what)
    {
        Mix((ulong)scheduler.Now.Ticks);
        Mix(who);
        Mix(what);
        if (keep == 0)
        {
            return;
        }

        if (_lines.Count == keep)
        {
            _lines.Dequeue();
        }

        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{scheduler.Now:d\\.hh\\:mm\\:ss\\.fffffff} {who,-10} {what}"));
    }

    private void Mix(string text)
    {
        foreach (var c in text)
        {
            Mix(c);
        }
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * Prime;
}
