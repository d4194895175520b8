using System.Globalization;
using System.Text;
using Outbox.AspNetCore.Views;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.AspNetCore.Catalogue;

/// <summary>How a request came to its signature, step by step.</summary>
internal static class SignatureExplanation
{
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
        var keyNote = scheme.Key == SecretEncoding.WhsecBase64 ? "what follows whsec_ in the secret, decoded from base64" : "the secret's UTF-8 bytes";
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
        steps.Add(new("Compute HMAC-SHA256", $"The key is {keyNote}. The 32 bytes are written as {(encoding == "hex" ? "64 lower-case hexadecimal digits" : "base64 with padding")}.", SignatureIn(value, scheme)));
        steps.Add(new($"Write the header {scheme.Header}", TextOfHeader(scheme), value));
        return new SignatureView
        {
            Header = scheme.Header,
            Value = value,
            Steps = steps,
            SignedString = signed,
            Algorithm = "HMAC-SHA256",
            Encoding = encoding,
            KeyNote = keyNote,
            SecretHint = request.SecretHint,
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
        $"Its form is {scheme.Prefix}{scheme.SignaturePrefix}<signature>".Replace(SignatureScheme.TimestampPlaceholder, "<seconds>", StringComparison.Ordinal);

    // The newest secret's signature stands last.
    private static string SignatureIn(string value, SignatureScheme scheme)
    {
        var last = scheme.Separator is { } separator ? value.Split(separator)[^1] : value;
        return last[(last.StartsWith(scheme.SignaturePrefix, StringComparison.Ordinal) ? scheme.SignaturePrefix.Length : 0)..];
    }
}
