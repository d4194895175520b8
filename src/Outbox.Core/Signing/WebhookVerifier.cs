using System.Security.Cryptography;
using Outbox.Profiles;

namespace Outbox.Signing;

/// <summary>
/// Verifies deliveries where they arrive: in the customer's own service, in tests, behind any web framework. It is made once and is
/// safe to use from many threads.
/// </summary>
/// <example>
/// <code>
/// var verifier = new WebhookVerifier(WebhookProfile.Ttma, secret);
/// var result = verifier.Verify(rawBody, name => request.Headers[name]);
/// if (!result.IsValid) return Results.Unauthorized();
/// </code>
/// </example>
/// <remarks>
/// Give it the request's bytes as they came, before any JSON parser has touched them. Signatures are compared in constant time. The
/// work is bounded whatever the headers hold: a signature header is read up to 4 KiB and 16 signatures.
/// </remarks>
public sealed class WebhookVerifier
{
    /// <summary>How far a request's timestamp may be from the receiver's clock unless set otherwise: 5 minutes either way.</summary>
    public static readonly TimeSpan DefaultReplayWindow = TimeSpan.FromMinutes(5);

    private readonly WebhookProfile _profile;
    private readonly string[] _secrets;
    private readonly byte[][] _publicKeys;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _replayWindow;

    /// <summary>A verifier with one secret, the system's clock and the default replay window.</summary>
    /// <param name="profile">The profile that the sender uses.</param>
    /// <param name="secret">The endpoint's secret, or, where the profile has key pairs, the public key <c>whpk_…</c>.</param>
    /// <exception cref="WebhookValidationException">The secret cannot be a key, or the profile contradicts itself.</exception>
    public WebhookVerifier(WebhookProfile profile, string secret)
        : this(profile, [secret])
    {
    }

    /// <summary>A verifier with one or more secrets: while a secret is rotated, the old one and the new one.</summary>
    /// <param name="profile">The profile that the sender uses.</param>
    /// <param name="secrets">
    /// The endpoint's secrets and public keys in any order, at least one. Their strength is the sender's business and not checked here.
    /// </param>
    /// <param name="clock">What tells the time. Default: null, the system's clock.</param>
    /// <param name="replayWindow">
    /// How far the request's timestamp may be from the clock, in the past and in the future; more than zero. Default: null, 5 minutes.
    /// Without effect where the profile signs no time.
    /// </param>
    /// <exception cref="WebhookValidationException">
    /// There is no secret (an unsigned request cannot be verified), one cannot be a key, or the profile contradicts itself.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="replayWindow"/> is zero or less.</exception>
    public WebhookVerifier(
        WebhookProfile profile, IEnumerable<string> secrets, TimeProvider? clock = null, TimeSpan? replayWindow = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(secrets);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(replayWindow ?? DefaultReplayWindow, TimeSpan.Zero, nameof(replayWindow));
        _profile = profile;
        string[] all = [.. secrets];
        _clock = clock ?? TimeProvider.System;
        _replayWindow = replayWindow ?? DefaultReplayWindow;

        if (WebhookProfileRules.Problems(profile).FirstOrDefault() is { } problem)
        {
            throw new WebhookValidationException("profile", problem);
        }

        if (all.Length == 0)
        {
            throw new WebhookValidationException(
                "secrets",
                $"A verifier for profile '{profile.Name}' needs at least one secret: what is not signed cannot be verified. "
                + "Give the endpoint a secret.");
        }

        for (var i = 0; i < all.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(all[i], nameof(secrets));

            if (Problem(profile.Signature, all[i]) is { } malformed)
            {
                throw new WebhookValidationException($"secrets[{i}]", malformed);
            }
        }

        _secrets = [.. all.Where(secret => !KeyPair.IsPublicKey(secret))];
        _publicKeys = [.. all.Where(KeyPair.IsPublicKey).Select(ReadPublicKey)];
    }

    /// <summary>Verifies one request, its headers in a dictionary. Header names are compared without regard to case.</summary>
    /// <param name="rawBody">The request's body, byte for byte as it came.</param>
    /// <param name="headers">The request's headers.</param>
    /// <returns>Valid, or what is wrong. Nothing in a request makes this throw.</returns>
    public WebhookVerification Verify(ReadOnlySpan<byte> rawBody, IReadOnlyDictionary<string, string> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);

        return Verify(rawBody, name => Find(headers, name));
    }

    /// <summary>Verifies one request, its headers behind a function.</summary>
    /// <param name="rawBody">The request's body, byte for byte as it came.</param>
    /// <param name="header">
    /// Gives the value of the header with a name, or null. It is asked for the name as the profile spells it and, when that gives
    /// nothing, in lower case. What it throws goes through to the caller.
    /// </param>
    /// <returns>Valid, or what is wrong. Nothing in a request makes this throw.</returns>
    public WebhookVerification Verify(ReadOnlySpan<byte> rawBody, Func<string, string?> header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var scheme = _profile.Signature;

        if (Ask(header, scheme.Header) is not { } value)
        {
            return WebhookVerification.Refuse(
                WebhookVerificationFailure.MissingSignature,
                $"The request has no header {scheme.Header}. "
                + "Either it does not come from the sender, or the endpoint has no secret there.");
        }

        Span<byte> signatures = stackalloc byte[SignatureReader.MaximumSignatures * SignatureWriter.SignatureSize];
        Span<byte> ofKeyPairs = stackalloc byte[SignatureReader.MaximumSignatures * KeyPair.SignatureSize];

        if (SignatureReader.Read(scheme, value, ref signatures, ref ofKeyPairs, out var timestampText) is { } problem)
        {
            return WebhookVerification.Refuse(
                WebhookVerificationFailure.MalformedSignature,
                $"The header {scheme.Header} cannot be read: {problem}. "
                + $"Check that this endpoint is registered with profile '{_profile.Name}'.");
        }

        var id = "";

        if (scheme.IdHeader is { } idHeader && SignedFields.RefuseId(idHeader, Ask(header, idHeader), out id) is { } badId)
        {
            return badId;
        }

        DateTimeOffset? timestamp = null;
        timestampText ??= scheme.TimestampHeader is { } timestampHeader ? Ask(header, timestampHeader) : null;

        if (scheme.SignsTimestamp
            && SignedFields.RefuseTimestamp(scheme, timestampText, _clock.GetUtcNow(), _replayWindow, out timestamp) is { } badTimestamp)
        {
            return badTimestamp;
        }

        if (!AnyMatches(signatures, ofKeyPairs, id, timestampText ?? "", rawBody))
        {
            return WebhookVerification.Refuse(
                WebhookVerificationFailure.SignatureMismatch,
                "No signature fits the body and the secrets. Compare the endpoint's secret with the one given here, and verify the body's "
                + "bytes as they came, not JSON that was parsed and printed again.",
                timestamp);
        }

        return new WebhookVerification(WebhookVerificationFailure.None, reason: null)
        {
            DeliveryId = id.Length > 0 ? id : FindDeliveryId(header, rawBody),
            Timestamp = timestamp,
        };
    }

    private bool AnyMatches(
        ReadOnlySpan<byte> signatures, ReadOnlySpan<byte> ofKeyPairs, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var content = new SignedBytes(_profile.Signature.Content, id, timestamp, body);
        Span<byte> expected = stackalloc byte[SignatureWriter.SignatureSize];
        var matches = false;

        foreach (var secret in _secrets)
        {
            SignatureWriter.Compute(secret, _profile.Signature.Key, content.Span, expected);

            for (var rest = signatures; !rest.IsEmpty; rest = rest[SignatureWriter.SignatureSize..])
            {
                matches |= CryptographicOperations.FixedTimeEquals(rest[..SignatureWriter.SignatureSize], expected);
            }
        }

        return matches || AnyKeyPairMatches(ofKeyPairs, content.Span);
    }

    private bool AnyKeyPairMatches(ReadOnlySpan<byte> signatures, ReadOnlySpan<byte> content)
    {
        foreach (var publicKey in _publicKeys)
        {
            for (var rest = signatures; !rest.IsEmpty; rest = rest[KeyPair.SignatureSize..])
            {
                if (_profile.Signature.Ed25519!.Verify(publicKey, content, rest[..KeyPair.SignatureSize]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string? Problem(SignatureScheme scheme, string secret)
    {
        if (KeyPair.IsPublicKey(secret))
        {
            return scheme.Ed25519 is null
                ? "This is a public key, and the profile signs with shared secrets only: verify with StandardWebhooksV1a.Profile of the package Outbox.Ed25519."
                : KeyPair.TryReadPublicKey(secret, stackalloc byte[KeyPair.PublicKeySize]) ? null
                : $"The public key is not '{KeyPair.PublicPrefix}' followed by base64 of {KeyPair.PublicKeySize} bytes.";
        }

        return KeyPair.IsPrivateKey(secret)
            ? $"This is a private key, which only the sender has: give the public key, '{KeyPair.PublicPrefix}…'."
            : SigningSecret.FormProblem(scheme.Key, secret) is { } malformed ? $"{malformed} Give the secret that the endpoint was registered with."
            : null;
    }

    private static byte[] ReadPublicKey(string text)
    {
        var publicKey = new byte[KeyPair.PublicKeySize];
        KeyPair.TryReadPublicKey(text, publicKey);
        return publicKey;
    }

    private string? FindDeliveryId(Func<string, string?> header, ReadOnlySpan<byte> body) =>
        DedupeId.FromBody(_profile.Envelope, body)
        ?? (_profile.DeliveryIdHeader is { } name && Ask(header, name) is { Length: > 0 } id ? id : null);

    private static string? Ask(Func<string, string?> header, string name) => header(name) ?? header(name.ToLowerInvariant());

    private static string? Find(IReadOnlyDictionary<string, string> headers, string name)
    {
        if (headers.TryGetValue(name, out var exact))
        {
            return exact;
        }

        foreach (var (key, value) in headers)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
