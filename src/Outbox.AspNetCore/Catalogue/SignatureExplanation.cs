using System.Globalization;
using System.Text;
using Outbox.AspNetCore.Views;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.AspNetCore.Catalogue;

/// <summary>How a request came to its signature, step by step.</summary>
internal static class SignatureExplanation
{
    private const string KeyPairMark = "v1a,";

    /// <summary>The steps; null where the request is not signed. What is signed has the payload in it, which not everybody may see.</summary>
    public static SignatureView? Of(WebhookWireRequest request, WebhookProfile profile, bool showsPayload)
    {
        var scheme = profile.Signature;
        if (request.Timestamp is not { } timestamp || request.Headers.LastOrDefault(header => header.Name == scheme.Header)?.Value is not { } value)
        {
            return null;
        }

        var before = scheme.Content switch
        {
            SignedContent.Body => "",
            SignedContent.TimestampAndBody => $"{timestamp}.",
            _ => $"{request.EventId}.{timestamp}.",
        };
        var signed = showsPayload ? before + Encoding.UTF8.GetString(request.Body.Span) : null;
        var last = Last(value, scheme);
        var ofKeyPair = scheme.Ed25519 is not null && last.StartsWith(KeyPairMark, StringComparison.Ordinal);
        var keyNote = ofKeyPair ? $"the private one of a pair, which only the sender has; receivers verify with the public one, {request.SecretHint}"
            : scheme.Key == SecretEncoding.WhsecBase64 ? "what follows whsec_ in the secret, decoded from base64" : "the secret's UTF-8 bytes";
        var encoding = scheme.Encoding == SignatureEncoding.Hex ? "hex" : "base64";
        List<StepView> steps =
        [
            new("Take the body's exact bytes", string.Create(CultureInfo.InvariantCulture, $"All {request.Body.Length:N0} of them, as they are sent; not parsed and printed again."), null),
        ];
        if (before.Length > 0)
        {
            steps.Add(new("Put before it", TextOfPrefix(scheme), before));
        }

        steps.Add(new("This is the string that is signed", "Byte for byte: no line break at its end, nothing escaped anew.", signed));
        var algorithm = ofKeyPair ? "Ed25519" : "HMAC-SHA256";
        steps.Add(new(
            $"Compute {algorithm}",
            $"The key is {keyNote}. The {(ofKeyPair ? 64 : 32)} bytes are written as {(encoding == "hex" ? "64 lower-case hexadecimal digits" : "base64 with padding")}.",
            WithoutPrefix(last, ofKeyPair ? KeyPairMark : scheme.SignaturePrefix)));
        steps.Add(new($"Write the header {scheme.Header}", TextOfHeader(scheme), value));
        return new SignatureView
        {
            Header = scheme.Header,
            Value = value,
            Steps = steps,
            SignedString = signed,
            Algorithm = algorithm,
            Encoding = encoding,
            KeyNote = keyNote,
            SecretHint = ofKeyPair ? null : request.SecretHint,
        };
    }

    private static string TextOfPrefix(SignatureScheme scheme) => (scheme.Content, scheme.TimestampHeader) switch
    {
        (SignedContent.IdTimestampAndBody, _) => $"The event's id from {scheme.IdHeader}, a full stop, the seconds since 1970 from {scheme.TimestampHeader}, a full stop.",
        (_, { } header) => $"The seconds since 1970 from {header}, and a full stop.",
        _ => $"The seconds since 1970, which {scheme.Header} carries too, and a full stop.",
    };

    private static string TextOfHeader(SignatureScheme scheme) =>
        scheme.Separator is null
            ? $"{Form(scheme)}. While a secret is rotated the newest one signs."
            : $"{Form(scheme)}. While a secret is rotated there are two signatures, and either will do.";

    private static string Form(SignatureScheme scheme) =>
        $"Its form is {scheme.Prefix}{scheme.SignaturePrefix}<signature>{(scheme.Ed25519 is null ? "" : $", or {KeyPairMark}<signature> of a key pair")}".Replace(SignatureScheme.TimestampPlaceholder, "<seconds>", StringComparison.Ordinal);

    // The newest secret's signature stands last.
    private static string Last(string value, SignatureScheme scheme) => scheme.Separator is { } separator ? value.Split(separator)[^1] : value;

    private static string WithoutPrefix(string signature, string prefix) =>
        signature[(signature.StartsWith(prefix, StringComparison.Ordinal) ? prefix.Length : 0)..];
}
