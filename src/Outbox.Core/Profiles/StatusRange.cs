using System.Runtime.InteropServices;

namespace Outbox.Profiles;

/// <summary>The HTTP status codes, both ends included, that mean "the receiver has it".</summary>
/// <param name="From">The lowest status code, 200 or more.</param>
/// <param name="To">The highest status code, 299 or less.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StatusRange(int From, int To)
{
    /// <summary>200 to 299: any success (RFC 9110, section 15.3).</summary>
    public static StatusRange AnySuccess { get; } = new(200, 299);

    /// <summary>200 and nothing else: even 204 is tried again.</summary>
    public static StatusRange OnlyOk { get; } = new(200, 200);

    /// <summary>Says whether <paramref name="statusCode"/> lies in the range.</summary>
    /// <param name="statusCode">A status code as it came back.</param>
    public bool Contains(int statusCode) => statusCode >= From && statusCode <= To;

    /// <summary>The range as it is printed in messages: <c>200-299</c>, or <c>200</c> alone.</summary>
    public override string ToString() => From == To ? $"{From}" : $"{From}-{To}";
}
