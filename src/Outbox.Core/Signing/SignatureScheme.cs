namespace Outbox.Signing;

/// <summary>
/// How deliveries are signed with HMAC-SHA256 (RFC 2104), or with a key pair (RFC 8032), and where the signature stands. A scheme is data: what it signs, how the
/// secret becomes a key, and how the header is spelled. Schemes are compared by value.
/// </summary>
/// <remarks>
/// The header's value is <see cref="Prefix"/>, then for each signature <see cref="SignaturePrefix"/> and the encoded signature, joined
/// by <see cref="Separator"/>.
/// </remarks>
public sealed record SignatureScheme
{
    /// <summary>What <see cref="Prefix"/> has in the timestamp's place.</summary>
    public const string TimestampPlaceholder = "{timestamp}";

    /// <summary>Standard Webhooks, version 1: <c>webhook-id</c>, <c>webhook-timestamp</c> and <c>webhook-signature: v1,…</c>.</summary>
    public static SignatureScheme StandardWebhooks { get; } = new()
    {
        Header = "webhook-signature",
        TimestampHeader = "webhook-timestamp",
        IdHeader = "webhook-id",
        Content = SignedContent.IdTimestampAndBody,
        Key = SecretEncoding.WhsecBase64,
        Encoding = SignatureEncoding.Base64,
        SignaturePrefix = "v1,",
        Separator = " ",
    };

    /// <summary>The header that carries the signature, such as <c>X-TTMA-Signature</c>.</summary>
    public required string Header { get; init; }

    /// <summary>
    /// The header that carries the attempt's time in whole seconds since 1970. Default: null; the time is in <see cref="Prefix"/>, or
    /// not sent.
    /// </summary>
    public string? TimestampHeader { get; init; }

    /// <summary>
    /// The header that carries the event's id, which is signed and is the receiver's dedupe key. Default: null. Needed exactly where
    /// <see cref="Content"/> is <see cref="SignedContent.IdTimestampAndBody"/>.
    /// </summary>
    public string? IdHeader { get; init; }

    /// <summary>What the signature covers. Default: the body.</summary>
    public SignedContent Content { get; init; } = SignedContent.Body;

    /// <summary>How the secret becomes the key. Default: its UTF-8 bytes.</summary>
    public SecretEncoding Key { get; init; } = SecretEncoding.Utf8;

    /// <summary>How a signature is written. Default: lower-case hexadecimal.</summary>
    public SignatureEncoding Encoding { get; init; } = SignatureEncoding.Hex;

    /// <summary>
    /// What the header's value starts with, once. <c>{timestamp}</c> in it stands for the attempt's time in whole seconds since 1970:
    /// <c>t={timestamp},</c>. Default: null, nothing.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>What stands before each signature, such as <c>v1=</c> or <c>sha256=</c>. Default: empty.</summary>
    public string SignaturePrefix { get; init; } = "";

    /// <summary>
    /// What stands between two signatures. Default: null; the header carries one signature only.
    /// </summary>
    /// <remarks>
    /// While a rotation overlaps, a scheme with a separator signs with both secrets and puts the newest last, because published
    /// receivers that keep one signature of several keep the last. A scheme without one signs with the newest secret alone.
    /// </remarks>
    public string? Separator { get; init; }

    /// <summary>
    /// What lets endpoints have a key pair in the place of a shared secret: Standard Webhooks' <c>v1a</c>. Secrets are then made as key pairs; one
    /// that is given may be either, and both may stand in one header. Needs <see cref="SecretEncoding.WhsecBase64"/> and a
    /// <see cref="Separator"/>. Default: null, shared secrets only.
    /// </summary>
    public IEd25519? Ed25519 { get; init; }

    /// <summary>Whether the signature covers the attempt's time, so that receivers can refuse a replay.</summary>
    internal bool SignsTimestamp => Content != SignedContent.Body;
}

/// <summary>What a signature covers. The parts are joined by a full stop.</summary>
public enum SignedContent
{
    /// <summary>The body's bytes. Nothing in it is fresh, so a receiver cannot tell a replay but by the delivery's id.</summary>
    Body,

    /// <summary><c>timestamp.body</c></summary>
    TimestampAndBody,

    /// <summary><c>id.timestamp.body</c></summary>
    IdTimestampAndBody,
}

/// <summary>How a secret becomes the HMAC key.</summary>
public enum SecretEncoding
{
    /// <summary>The secret's UTF-8 bytes are the key.</summary>
    Utf8,

    /// <summary>The key is what follows <c>whsec_</c>, decoded from base64 (RFC 4648, section 4).</summary>
    WhsecBase64,
}

/// <summary>How a signature's 32 bytes are written.</summary>
public enum SignatureEncoding
{
    /// <summary>64 hexadecimal digits in lower case.</summary>
    Hex,

    /// <summary>44 characters of base64 with padding (RFC 4648, section 4).</summary>
    Base64,
}
