using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Outbox.Benchmarks.Harness;

/// <summary>
/// The baseline of sending: a SocketsHttpHandler and a loop. It sends the same bodies with the same headers and signs each; it has no
/// deadline, no guard and no memory of what it sent.
/// </summary>
internal sealed class BareSender : IDisposable
{
    private readonly byte[] _key = Convert.FromBase64String(Customers.Secret["whsec_".Length..]);
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    });

    /// <summary>Sends so many, so many at a time, to each URL in turn.</summary>
    public async Task SendAsync(IReadOnlyList<Uri> urls, int count, int concurrency)
    {
        var bodies = Enumerable.Range(0, 64).Select(i => BodyOf(i)).ToArray();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(async _ =>
        {
            await Task.Yield();
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                await SendAsync(urls[i % urls.Count], bodies[i % bodies.Length]);
            }
        }));
    }

    public async Task SendAsync(Uri url, byte[] body)
    {
        var id = Payload.IdOf(1);
        var timestamp = Timing.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", "Outbox/0.1.0");
        message.Headers.TryAddWithoutValidation("webhook-id", id);
        message.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        message.Headers.TryAddWithoutValidation("webhook-signature", Sign(id, timestamp, body));
        using var response = await _client.SendAsync(message, CancellationToken.None);
        response.EnsureSuccessStatusCode();
    }

    public static byte[] BodyOf(long number) =>
        [.. "{\"type\":\"call.ended\",\"timestamp\":\"2026-05-25T14:35:12.000Z\",\"data\":"u8, .. DataOf(number), (byte)'}'];

    public static byte[] DataOf(long number) => JsonSerializer.SerializeToUtf8Bytes(Payload.Of(number), JsonSerializerOptions.Web);

    public void Dispose() => _client.Dispose();

    private string Sign(string id, string timestamp, byte[] body)
    {
        var content = new byte[id.Length + timestamp.Length + body.Length + 2];
        var length = Encoding.ASCII.GetBytes($"{id}.{timestamp}.", content);
        body.CopyTo(content, length);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(_key, content));
    }
}
