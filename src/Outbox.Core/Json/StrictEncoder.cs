using System.Text.Encodings.Web;

namespace Outbox.Json;

/// <summary>
/// Escapes no more than JSON must, and refuses lone surrogates, which every other encoder replaces by U+FFFD: the receiver would read another
/// text than the caller wrote, and nobody would know.
/// </summary>
internal sealed class StrictEncoder : JavaScriptEncoder
{
    public static readonly StrictEncoder Instance = new();

    private StrictEncoder()
    {
    }

    public override int MaxOutputCharactersPerInputCharacter => UnsafeRelaxedJsonEscaping.MaxOutputCharactersPerInputCharacter;

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var lone = Utf16.IndexOfLoneSurrogate(new ReadOnlySpan<char>(text, textLength));
        return lone < 0 ? UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncode(text, textLength) : throw new LoneSurrogateException(lone);
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);

    public override bool WillEncode(int unicodeScalar) => UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar);
}

/// <summary>A text has half of a surrogate pair in it.</summary>
internal sealed class LoneSurrogateException(int index) : Exception($"A lone surrogate at character {index}.")
{
    public int Index { get; } = index;
}
