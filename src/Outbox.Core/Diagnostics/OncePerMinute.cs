namespace Outbox.Diagnostics;

/// <summary>Keeps the log calm: of each kind of line, one a minute.</summary>
internal sealed class OncePerMinute(TimeProvider clock)
{
    private const int MaxKinds = 256;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    public bool Allows(string kind)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (_last.TryGetValue(kind, out var last) && clock.GetElapsedTime(last, now) < Minute)
            {
                return false;
            }

            // Kinds may hold a driver's words; they must not grow without bound.
            if (_last.Count >= MaxKinds)
            {
                _last.Clear();
            }

            _last[kind] = now;
            return true;
        }
    }
}
