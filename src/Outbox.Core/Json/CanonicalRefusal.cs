namespace Outbox.Json;

/// <summary>What cannot be accepted, in words: where, what, and the cure.</summary>
internal static class CanonicalRefusal
{
    /// <summary>Names the value at an offset by its path, as in <c>data.calls[2].id</c>.</summary>
    public static WebhookValidationException At(ReadOnlySpan<byte> json, int offset, string field, string message)
    {
        var path = JsonPath.At(json, offset, field);
        return new WebhookValidationException(path, $"{path}: {message}");
    }

    public static WebhookValidationException IllFormed(string field, string value)
    {
        var excerpt = JsonExcerpt.Of(value);
        return new WebhookValidationException(
            field, $"{field}: {excerpt} holds half a surrogate pair, which is no character. Send the whole pair, or U+FFFD instead.");
    }

    public static void ThrowIfTooLarge(int length, int limit, string field)
    {
        if (length > limit)
        {
            throw new WebhookValidationException(
                field, $"{field}: the canonical JSON is {length} bytes; the limit is {limit}. Send less: a link in place of the content.");
        }
    }
}

/// <content>The refusals that know where the canonicaliser stands.</content>
internal ref partial struct Canonicalizer
{
    private readonly WebhookValidationException Refuse(int offset, string message) =>
        CanonicalRefusal.At(_json, offset, _field, message);

    private readonly WebhookValidationException UnknownEscape() =>
        Refuse(
            _position,
            $"{JsonExcerpt.OfEscape(_json[_position..])} is not an escape that JSON knows. "
            + @"Write a backslash as \\, a character as \uXXXX.");

    /// <summary>The position holds something other than what must be here.</summary>
    private readonly WebhookValidationException Unexpected(string wanted)
    {
        if (AtEnd)
        {
            return Refuse(_position, $"the JSON ends at byte {_json.Length} where it needs {wanted}. Send it whole.");
        }

        var excerpt = JsonExcerpt.OfToken(_json[_position..]);
        return _json[_position] == (byte)'/'
            ? Refuse(_position, $"{excerpt} begins a comment, and JSON has none. Remove it.")
            : Refuse(
                _position,
                $"{excerpt} stands at offset {_position} where JSON needs {wanted}. Serialise the data with a JSON library.");
    }
}
