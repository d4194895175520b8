using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;
using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.EndToEnd.Tests.Trust;

public sealed class HeaderTests : IAsyncLifetime
{
    private Receiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await Receiver.StartAsync();

    public Task DisposeAsync() => _receiver.DisposeAsync().AsTask();

    [Fact]
    public async Task A_header_that_the_profile_made_its_own_after_the_enqueue_does_not_stand_beside_the_signature()
    {
        await using var before = await Platform.StartAsync(configure: options => options.Dispatch = false);
        await before.ListenAsync(_receiver.Url("/hook"));
        await before.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { id = 1 })
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["x-acme-signature"] = "forged", ["X-Acme-Region"] = "eu" },
        });
        await before.StopAsync();

        var changed = Platform.Quick with { Signature = Platform.Quick.Signature with { Header = "X-Acme-Signature" } };
        await using var after = await Platform.StartAsync(onTheFileOf: before, build: outbox => outbox.AddProfile(changed));
        var request = await _receiver.NextAsync();

        Assert.Equal("eu", request.Headers["X-Acme-Region"]);
        Assert.DoesNotContain("forged", request.Headers["X-Acme-Signature"], StringComparison.Ordinal);
        Assert.True(new WebhookVerifier(changed, Platform.Secret).Verify(request.Body, name => request.Headers.GetValueOrDefault(name)).IsValid);
    }

    [Fact]
    public async Task A_header_that_somebody_wrote_into_the_database_neither_frames_nor_routes_the_request()
    {
        await using var before = await Platform.StartAsync(configure: options => options.Dispatch = false);
        await before.ListenAsync(_receiver.Url("/hook"));
        await before.EndCallAsync("call_1");
        await using (var connection = await before.ConnectAsync())
        {
            const string Headers = """{"Content-Length":"1","Transfer-Encoding":"chunked","Host":"internal","Expect":"100-continue","Cookie":"a=b","X-Acme-Region":"eu"}""";
            await connection.ExecuteAsync("UPDATE outbox_event SET headers = @Headers", new { Headers });
        }

        await before.StopAsync();
        await using var after = await Platform.StartAsync(onTheFileOf: before);
        var request = await _receiver.NextAsync();

        Assert.Equal((new Uri(_receiver.Url("/hook")).Authority, "eu"), (request.Headers["Host"], request.Headers["X-Acme-Region"]));
        Assert.DoesNotContain(request.Headers.Keys, name => name is "Transfer-Encoding" or "Expect" or "Cookie");
        Assert.True(new WebhookVerifier(Platform.Quick, Platform.Secret).Verify(request.Body, name => request.Headers.GetValueOrDefault(name)).IsValid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_carries_the_id_of_its_own_span_where_the_host_asked_for_it(bool asked)
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WebhookTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var ambient = new Activity("of the host").SetBaggage("secret", "1").Start();
        await using var platform = await Platform.StartAsync(configure: options => options.Sending.SendTraceParent = asked);
        await platform.ListenAsync(_receiver.Url("/hook"));

        var id = (await platform.EndCallAsync("call_1")).DeliveryIds.Single();
        var request = await _receiver.NextAsync();
        await platform.UntilAsync(id, DeliveryStatus.Delivered);

        var own = spans.Single(span => span.OperationName == "deliver" && span.TagObjects.Any(tag => id.Equals(tag.Value as string, StringComparison.Ordinal)));
        Assert.Equal(asked ? own.Id : null, request.Headers.GetValueOrDefault("traceparent"));
        Assert.DoesNotContain(request.Headers.Keys, name => name.Equals("tracestate", StringComparison.OrdinalIgnoreCase) || name.Equals("baggage", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("X-TTMA-Signature")]
    [InlineData("webhook-id")]
    [InlineData("traceparent")]
    [InlineData("Host")]
    [InlineData("X-Mine\r\nX-Evil")]
    public async Task A_header_that_is_not_the_hosts_to_choose_is_refused_at_the_enqueue(string name)
    {
        await using var platform = await Platform.StartAsync();
        await platform.ListenAsync(_receiver.Url("/hook"));

        var refusal = await Assert.ThrowsAsync<WebhookValidationException>(() => platform.Outbox.EnqueueInOwnTransactionAsync(
            new WebhookEvent("call.ended", new { }) { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "1" } }));

        Assert.StartsWith("headers.", refusal.Field, StringComparison.Ordinal);
        Assert.Empty(_receiver.All);
    }
}
