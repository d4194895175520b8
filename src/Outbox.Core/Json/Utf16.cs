namespace Outbox.Json;

/// <summary>Strings of .NET may hold half of a surrogate pair, which has no UTF-8 form: an encoder would quietly make another text of it.</summary>
internal static class Utf16
{
    /// <summary>Where the first lone surrogate is, or -1.</summary>
    public static int IndexOfLoneSurrogate(ReadOnlySpan<char> text)
    {
        for (var at = 0; ; at += 2)
        {
            var next = text[at..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return -1;
            }

            at += next;
            if (at + 1 >= text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return at;
            }
        }
    }
}
