namespace MinimalApiHost;

/// <summary>
/// Something that happens to a call. The platform says it in its own word and, for customers whose vendor has another one, in theirs: each is
/// an event of its own, and an endpoint hears one of them.
/// </summary>
/// <param name="Word">The event type of the platform's own profile.</param>
/// <param name="OtherWords">What other vendors call it.</param>
internal sealed record Happening(string Word, IReadOnlyList<string> OtherWords)
{
    public static Happening Called(string word, params IEnumerable<string> everyWord) => new(word, [.. everyWord.Except([word], StringComparer.Ordinal)]);
}
