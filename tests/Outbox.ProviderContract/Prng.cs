namespace Outbox.ProviderContract;

/// <summary>SplitMix64: the same seed gives the same schedule on every machine and runtime.</summary>
internal sealed class Prng(ulong seed)
{
    private ulong _state = seed;

    public int Below(int limit)
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)limit);
    }
}
