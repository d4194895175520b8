using System.Buffers;

namespace Outbox.Json;

/// <summary>
/// Walks the top-level properties of a canonical object by its bytes. It trusts the form, so it only has to find where each ends.
/// </summary>
internal ref struct CanonicalObjectReader
{
    private static readonly SearchValues<byte> Brackets = SearchValues.Create("\"{}[]"u8);

    private readonly ReadOnlySpan<byte> _object;
    private int _position;

    public CanonicalObjectReader(ReadOnlySpan<byte> canonicalObject)
    {
        if (canonicalObject is not [(byte)'{', .., (byte)'}'])
        {
            throw new ArgumentException($"{JsonExcerpt.Of(canonicalObject)} is not a canonical object.", nameof(canonicalObject));
        }

        _object = canonicalObject;
        _position = 1;
    }

    /// <summary>The next property; its positions are those in the object's bytes.</summary>
    public bool TryRead(out CanonicalMember member)
    {
        if (_position >= _object.Length - 1)
        {
            member = default;
            return false;
        }

        var start = _position;
        var keyEnd = EndOfString(start);
        var end = EndOfValue(keyEnd + 1);
        member = new CanonicalMember(start, keyEnd, end, CanonicalMember.OrderOf(_object[start..keyEnd]), keyEnd + 1);
        _position = end + 1; // over the comma
        return true;
    }

    private readonly int EndOfString(int openingQuote)
    {
        var position = openingQuote + 1;
        while (true)
        {
            position += _object[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (_object[position] == (byte)'"')
            {
                return position + 1;
            }

            position += 2;
        }
    }

    private readonly int EndOfValue(int start) => _object[start] switch
    {
        (byte)'"' => EndOfString(start),
        (byte)'{' or (byte)'[' => EndOfContainer(start),
        _ => start + _object[start..].IndexOfAny((byte)',', (byte)'}'),
    };

    private readonly int EndOfContainer(int start)
    {
        var depth = 0;
        var position = start;
        while (true)
        {
            position += _object[position..].IndexOfAny(Brackets);
            switch (_object[position])
            {
                case (byte)'"':
                    position = EndOfString(position);
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }

            position++;
            if (depth == 0)
            {
                return position;
            }
        }
    }
}
