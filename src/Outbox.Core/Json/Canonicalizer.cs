using System.Text.Unicode;

namespace Outbox.Json;

/// <summary>
/// Reads JSON and writes its canonical form in one pass. Errors carry only an offset; the path to it is worked out when one is thrown.
/// </summary>
internal ref partial struct Canonicalizer : IDisposable
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly CanonicalJsonOptions _options;
    private readonly string _field;
    private OutputBuffer _output;
    private MemberStack _members;
    private int _position;
    private int _depth;

    public Canonicalizer(ReadOnlySpan<byte> utf8Json, CanonicalJsonOptions options, string field)
    {
        _json = utf8Json;
        _options = options;
        _field = field;
        _output = new OutputBuffer(utf8Json.Length);
        _members = new MemberStack();
    }

    public byte[] Run()
    {
        RefuseOtherEncodings();
        RefuseOtherTopLevels();
        WriteObject();
        if (NextToken() != default || !AtEnd)
        {
            throw Unexpected("nothing after the end of the object");
        }

        CanonicalRefusal.ThrowIfTooLarge(_output.Length, _options.MaxBytes, _field);
        return _output.Written.ToArray();
    }

    public void Dispose()
    {
        _output.Dispose();
        _members.Dispose();
    }

    private readonly bool AtEnd => _position >= _json.Length;

    private readonly void RefuseOtherEncodings()
    {
        if (_json.StartsWith("\uFEFF"u8))
        {
            throw Refuse(0, "the JSON begins with a byte order mark (EF BB BF). Send UTF-8 without it.");
        }

        if (!Utf8.IsValid(_json))
        {
            var offset = JsonExcerpt.FirstInvalidByte(_json);
            throw Refuse(offset, $"the byte 0x{_json[offset]:X2} at offset {offset} is not valid UTF-8. Encode the JSON as UTF-8.");
        }
    }

    private void RefuseOtherTopLevels()
    {
        var kind = NextToken() switch
        {
            (byte)'{' => null,
            default(byte) when AtEnd => throw Refuse(0, "the input is empty. Send a JSON object; the smallest is {}."),
            (byte)'[' => "an array",
            (byte)'"' => "a string",
            (byte)'t' or (byte)'f' => "a boolean",
            (byte)'n' => "null",
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => "a number",
            _ => throw Unexpected("a JSON object"),
        };
        if (kind is not null)
        {
            var excerpt = JsonExcerpt.Of(_json[_position..]);
            throw Refuse(_position, $"the top level is {kind}: {excerpt}. Wrap it in an object, such as {{\"value\": …}}.");
        }
    }

    private void WriteValue()
    {
        switch (NextToken())
        {
            case (byte)'"':
                WriteString();
                break;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                WriteNumber();
                break;
            case (byte)'{':
                WriteObject();
                break;
            case (byte)'[':
                WriteArray();
                break;
            case (byte)'t':
                WriteLiteral("true"u8);
                break;
            case (byte)'f':
                WriteLiteral("false"u8);
                break;
            case (byte)'n':
                WriteLiteral("null"u8);
                break;
            default:
                throw Unexpected("a value");
        }
    }

    private void WriteObject()
    {
        Open((byte)'{');
        var first = _members.Count;
        if (NextToken() != (byte)'}')
        {
            do
            {
                WriteMember();
            }
            while (Continues((byte)'}'));
        }

        if (_members.FindDuplicate(first, _output.Bytes) is { } duplicate)
        {
            var key = JsonExcerpt.Of(duplicate.Key(_output.Written));
            throw Refuse(
                duplicate.Source, $"the key {key} stands twice in one object, and JavaScript would silently keep the last. Send it once.");
        }

        _members.Close(first, _output.Bytes);
        Close((byte)'}');
    }

    private void WriteMember()
    {
        if (NextToken() != (byte)'"')
        {
            throw Unexpected("a key in double quotes");
        }

        var start = _output.Length;
        WriteString();
        var keyEnd = _output.Length;
        var order = CanonicalMember.OrderOf(_output.Written[start..]);
        if (NextToken() != (byte)':')
        {
            throw Unexpected("a colon after the key");
        }

        _output.Append((byte)':');
        _position++;
        NextToken();
        var source = _position;
        WriteValue();
        _members.Push(new CanonicalMember(start, keyEnd, _output.Length, order, source));
    }

    private void WriteArray()
    {
        Open((byte)'[');
        if (NextToken() != (byte)']')
        {
            do
            {
                WriteValue();
            }
            while (Continues((byte)']'));
        }

        Close((byte)']');
    }

    private void Open(byte bracket)
    {
        if (++_depth > _options.MaxDepth)
        {
            throw Refuse(
                _position,
                $"{JsonExcerpt.Of(_json[_position..])} opens level {_depth}; the limit is {_options.MaxDepth} levels. Flatten the data.");
        }

        _output.Append(bracket);
        _position++;
    }

    private void Close(byte bracket)
    {
        _output.Append(bracket);
        _position++;
        _depth--;
    }

    /// <summary>Takes the comma to the next element; false at the closing bracket, which it leaves.</summary>
    private bool Continues(byte closing)
    {
        var token = NextToken();
        if (token == closing)
        {
            return false;
        }

        if (token != (byte)',')
        {
            throw Unexpected($"a comma or {(char)closing}");
        }

        _output.Append((byte)',');
        _position++;
        return NextToken() != closing
            ? true
            : throw Refuse(_position, $"a comma stands before the closing {(char)closing}. Remove the trailing comma.");
    }

    private void WriteLiteral(ReadOnlySpan<byte> literal)
    {
        if (!_json[_position..].StartsWith(literal))
        {
            throw Unexpected("a value");
        }

        _output.Append(literal);
        _position += literal.Length;
    }

    /// <summary>Skips white space and looks at the byte after it; 0 at the end.</summary>
    private byte NextToken()
    {
        for (; _position < _json.Length; _position++)
        {
            var token = _json[_position];
            if (token is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return token;
            }
        }

        return default;
    }
}
