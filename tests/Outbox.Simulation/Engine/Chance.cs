namespace Outbox.Simulation.Engine;

/// <summary>Chance that repeats itself: SplitMix64 from a seed. Each part of a run draws from a fork of its own.</summary>
internal sealed class Chance(ulong seed) : IRandomSource
{
    private ulong _state = seed;

    public Chance Fork() => new(Next());

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public void Fill(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(Next() >> 56);
        }
    }

    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True in this share of the cases.</summary>
    public bool Is(double share) => NextDouble() < share;

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + (int)(Next() % (ulong)(most - least + 1));

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + (most - least) * NextDouble();

    public T Pick<T>(IReadOnlyList<T> from) => from[Between(0, from.Count - 1)];
}
