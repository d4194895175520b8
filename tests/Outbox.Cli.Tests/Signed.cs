using System.Security.Cryptography;
using System.Text;
using Outbox.Cli.Verifying;

namespace Outbox.Cli.Tests;

/// <summary>Requests signed by hand, after the vendors' published recipes, so that the product does not vouch for itself.</summary>
internal static class Signed
{
    public const string Secret = "0123456789abcdef0123456789abcdef";
    public const string StandardSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    public const string Body = """{"type":"call.ended","data":{"name":"Zoë 📞","minutes":2.5}}""";

    public static readonly DateTimeOffset SentAt = new(2026, 5, 25, 14, 0, 0, TimeSpan.Zero);

    public static CapturedRequest TalkifAi(string body = Body, string secret = Secret) => TalkifAi(body, Encoding.UTF8.GetBytes(secret));

    public static CapturedRequest TalkifAi(string body, byte[] key) =>
        CapturedRequest.Of(["X-TalkifAI-Signature: sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(body)))], Encoding.UTF8.GetBytes(body));

    public static CapturedRequest Standard(string body = Body)
    {
        var seconds = SentAt.ToUnixTimeSeconds();
        var key = Convert.FromBase64String(StandardSecret["whsec_".Length..]);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"msg_1.{seconds}.{body}")));
        return CapturedRequest.Of(
            ["webhook-id: msg_1", $"webhook-timestamp: {seconds}", $"webhook-signature: v1,{signature}"], Encoding.UTF8.GetBytes(body));
    }

    /// <summary>The request with another body than was signed.</summary>
    public static CapturedRequest Arrived(this CapturedRequest request, string body) => request with { Body = Encoding.UTF8.GetBytes(body) };
}
