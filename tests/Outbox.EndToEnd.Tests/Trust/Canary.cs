using System.Security.Cryptography;
using System.Text;

namespace Outbox.EndToEnd.Tests.Trust;

/// <summary>A string that is nowhere else, and the forms in which it might turn up.</summary>
internal sealed class Canary
{
    private readonly string[] _texts;

    public Canary(string kind)
    {
        Value = $"canary-{kind}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        var bytes = Encoding.UTF8.GetBytes(Value);
        _texts =
        [
            Value, Convert.ToHexString(bytes),
            .. Enumerable.Range(0, 3).Select(shift => InBase64(bytes, shift)),
        ];
    }

    public string Value { get; }

    public bool IsIn(string text) => _texts.Any(form => text.Contains(form, StringComparison.OrdinalIgnoreCase));

    public bool IsIn(ReadOnlySpan<byte> bytes)
    {
        foreach (var form in _texts)
        {
            if (bytes.IndexOf(Encoding.UTF8.GetBytes(form)) >= 0 || bytes.IndexOf(Encoding.Unicode.GetBytes(form)) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    public override string ToString() => Value;

    // What stands before it shifts its base64; the characters at either end depend on the neighbours.
    private static string InBase64(byte[] bytes, int shift) => Convert.ToBase64String([.. new byte[shift], .. bytes])[4..^4];
}
