namespace Outbox.Events;

/// <summary>
/// Makes ids that sort by time: a prefix, 10 characters of Unix milliseconds and 16 of chance, in Crockford's base 32 (the ULID layout,
/// in lower case). Within one millisecond each id is one more than the one before, so that a process's ids sort in the order it made them.
/// </summary>
internal sealed class IdGenerator(TimeProvider clock, IRandomSource random)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private readonly Lock _gate = new();
    private readonly byte[] _chance = new byte[10];
    private long _milliseconds = -1;

    public string NewEventId() => Next("evt_");

    public string NewEndpointId() => Next("ep_");

    private string Next(string prefix)
    {
        Span<byte> chance = stackalloc byte[10];
        long milliseconds;
        lock (_gate)
        {
            milliseconds = clock.GetUtcNow().ToUnixTimeMilliseconds();
            if (milliseconds != _milliseconds || !Increment(_chance))
            {
                _milliseconds = milliseconds;
                random.Fill(_chance);
            }

            _chance.CopyTo(chance);
        }

        Span<char> text = stackalloc char[26];
        for (var i = 9; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(milliseconds & 31)];
            milliseconds >>= 5;
        }

        for (var i = 0; i < 16; i++)
        {
            var bit = i * 5;
            var pair = (chance[bit / 8] << 8) | (bit / 8 + 1 < chance.Length ? chance[bit / 8 + 1] : 0);
            text[10 + i] = Alphabet[(pair >> (11 - bit % 8)) & 31];
        }

        return string.Concat(prefix, text);
    }

    private static bool Increment(byte[] number)
    {
        for (var i = number.Length - 1; i >= 0; i--)
        {
            if (++number[i] != 0)
            {
                return true;
            }
        }

        return false;
    }
}
