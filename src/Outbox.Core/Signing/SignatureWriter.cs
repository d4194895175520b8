using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Outbox.Signing;

/// <summary>Computes signatures and spells the header's value.</summary>
internal static class SignatureWriter
{
    public const int SignatureSize = HMACSHA256.HashSizeInBytes;

    /// <summary>The signature header's value.</summary>
    /// <param name="scheme">The scheme to sign by.</param>
    /// <param name="secrets">One or more, newest first.</param>
    /// <param name="id">The event's id; signed only where the scheme says so.</param>
    /// <param name="timestamp">The attempt's time in seconds, as it is sent.</param>
    /// <param name="body">The body's bytes.</param>
    public static string Sign(
        SignatureScheme scheme, IReadOnlyList<string> secrets, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        var count = scheme.Separator is null ? 1 : secrets.Count;
        using var content = new SignedBytes(scheme.Content, id, timestamp, body);
        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[256]);
        Span<byte> signature = stackalloc byte[SignatureSize];
        Span<char> encoded = stackalloc char[2 * SignatureSize];

        AppendPrefix(ref text, scheme.Prefix, timestamp);

        for (var i = count - 1; i >= 0; i--)
        {
            if (scheme.Ed25519 is { } ed25519 && KeyPair.IsPrivateKey(secrets[i]))
            {
                text.AppendLiteral(KeyPair.Sign(ed25519, secrets[i], content.Span));
            }
            else
            {
                Compute(secrets[i], scheme.Key, content.Span, signature);
                text.AppendLiteral(scheme.SignaturePrefix);
                text.AppendFormatted(encoded[..Encode(scheme.Encoding, signature, encoded)]);
            }

            if (i > 0)
            {
                text.AppendLiteral(scheme.Separator!);
            }
        }

        return text.ToStringAndClear();
    }

    /// <summary>Computes the signature of <paramref name="content"/> with one secret.</summary>
    public static void Compute(string secret, SecretEncoding encoding, ReadOnlySpan<byte> content, Span<byte> signature)
    {
        Span<byte> key = stackalloc byte[SigningSecret.MaximumKeySize];
        key = key[..SigningSecret.Decode(secret, encoding, key)];
        HMACSHA256.HashData(key, content, signature);
        CryptographicOperations.ZeroMemory(key);
    }

    private static void AppendPrefix(ref DefaultInterpolatedStringHandler text, string? prefix, string timestamp)
    {
        if (prefix is null)
        {
            return;
        }

        var place = prefix.IndexOf(SignatureScheme.TimestampPlaceholder, StringComparison.Ordinal);

        if (place < 0)
        {
            text.AppendLiteral(prefix);
            return;
        }

        text.AppendFormatted(prefix.AsSpan(0, place));
        text.AppendLiteral(timestamp);
        text.AppendFormatted(prefix.AsSpan(place + SignatureScheme.TimestampPlaceholder.Length));
    }

    private static int Encode(SignatureEncoding encoding, ReadOnlySpan<byte> signature, Span<char> encoded)
    {
        int written;

        if (encoding == SignatureEncoding.Hex)
        {
            Convert.TryToHexStringLower(signature, encoded, out written);
        }
        else
        {
            Convert.TryToBase64Chars(signature, encoded, out written);
        }

        return written;
    }
}

/// <summary>
/// The bytes that a signature covers, in one piece: the body itself, or a pooled copy with id and timestamp before it. Copying costs
/// far less than hashing, and no native hash object is made.
/// </summary>
internal readonly ref struct SignedBytes : IDisposable
{
    private readonly byte[]? _rented;

    public SignedBytes(SignedContent kind, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        if (kind == SignedContent.Body)
        {
            Span = body;
            return;
        }

        var signsId = kind == SignedContent.IdTimestampAndBody;
        var idSize = signsId ? Encoding.UTF8.GetByteCount(id) + 1 : 0;
        var timestampSize = Encoding.UTF8.GetByteCount(timestamp) + 1;
        _rented = ArrayPool<byte>.Shared.Rent(idSize + timestampSize + body.Length);
        var all = _rented.AsSpan(0, idSize + timestampSize + body.Length);

        if (signsId)
        {
            Encoding.UTF8.GetBytes(id, all);
            all[idSize - 1] = (byte)'.';
        }

        Encoding.UTF8.GetBytes(timestamp, all[idSize..]);
        all[idSize + timestampSize - 1] = (byte)'.';
        body.CopyTo(all[(idSize + timestampSize)..]);
        Span = all;
    }

    public ReadOnlySpan<byte> Span { get; }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }
}
