using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Deliveries;

namespace Outbox.EndToEnd.Tests;

public sealed class BreakerTests : IAsyncLifetime
{
    private readonly Heard _heard = new();
    private Platform _platform = null!;
    private Receiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _platform = await Platform.StartAsync(
            configure: options =>
            {
                options.Breaker.FailuresToBlock = 3;
                options.Breaker.FirstBlock = TimeSpan.FromSeconds(1);
                options.Breaker.LongestBlock = TimeSpan.FromSeconds(1);
            },
            build: outbox =>
            {
                outbox.Services.AddSingleton(_heard);
                outbox.AddNoticeHandler<Handler>().AddNoticeHandler<BrokenHandler>();
            });
        _receiver = await Receiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task An_endpoint_that_fails_is_left_alone_until_one_delivery_is_accepted()
    {
        var well = false;
        _receiver.Answer("/sick", context =>
        {
            context.Response.StatusCode = Volatile.Read(ref well) ? 200 : 503;
            return Task.CompletedTask;
        });
        var endpoint = (await _platform.ListenAsync(_receiver.Url("/sick"), profile: "standard", secret: null)).Endpoint;
        for (var i = 0; i < 3; i++)
        {
            await _platform.EndCallAsync($"call_{i}");
        }

        await _platform.UntilAsync(async () => (await _platform.Outbox.Endpoints.GetAsync(endpoint.Id))!.BlockedUntil is not null);
        var waiting = new List<string>();
        for (var i = 3; i < 8; i++)
        {
            waiting.AddRange((await _platform.EndCallAsync($"call_{i}")).DeliveryIds);
        }

        Volatile.Write(ref well, true);
        foreach (var id in waiting)
        {
            Assert.Equal(1, (await _platform.UntilAsync(id, DeliveryStatus.Delivered)).Attempts);
        }

        var recovered = await _heard.NextAsync();
        var now = (await _platform.Outbox.Endpoints.GetAsync(endpoint.Id))!;
        Assert.Equal((WebhookNotice.EndpointRecovered, endpoint.Id), (recovered.Type, recovered.EndpointId));
        Assert.Equal((0, null, null), (now.FailuresInARow, now.FailingSince, now.BlockedUntil));
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_and_a_delivery_that_is_exhausted_are_told_to_operators_and_handlers()
    {
        await _platform.ListenAsync(_receiver.Url("/operators"), scope: WebhookScope.Notices);
        _receiver.Answer("/gone", 410);
        _receiver.Answer("/broken", 400);
        var gone = (await _platform.ListenAsync(_receiver.Url("/gone"), scope: "number:+1")).Endpoint;
        var broken = (await _platform.ListenAsync(_receiver.Url("/broken"), scope: "number:+2")).Endpoint;

        await EnqueueAsync("number:+1");
        var disabled = await NoticeAsync();
        await EnqueueAsync("number:+2");
        var exhausted = await NoticeAsync();

        Assert.Equal(("endpoint.disabled", gone.Id, "gone"), (disabled.Type, disabled.Data.GetProperty("endpointId").GetString(), disabled.Data.GetProperty("reason").GetString()));
        Assert.Equal(("delivery.exhausted", broken.Id, 3), (exhausted.Type, exhausted.Data.GetProperty("endpointId").GetString(), exhausted.Data.GetProperty("tries").GetInt32()));
        Assert.Equal(["endpoint.disabled", "delivery.exhausted"], [(await _heard.NextAsync()).Type, (await _heard.NextAsync()).Type]);
    }

    [Fact]
    public async Task A_notice_that_cannot_be_delivered_is_no_cause_of_another()
    {
        _receiver.Answer("/operators", 400);
        var operators = (await _platform.ListenAsync(_receiver.Url("/operators"), scope: WebhookScope.Notices)).Endpoint;
        var other = (await _platform.ListenAsync(_receiver.Url("/hook"))).Endpoint;

        await _platform.Outbox.Endpoints.DisableAsync(other.Id, "the customer asked for it");

        var heard = await _heard.NextAsync();
        Assert.Equal((WebhookNotice.EndpointDisabled, "the customer asked for it"), (heard.Type, heard.Reason));
        await _platform.UntilAsync(async () => (await ListAsync(operators.Id)).Any(delivery => delivery.Status == DeliveryStatus.Exhausted));
        Assert.Single(await ListAsync(operators.Id));
        Assert.Equal(0, _heard.Count);
    }

    [Fact]
    public async Task The_platform_cannot_pass_an_event_off_as_a_notice()
    {
        var type = await Assert.ThrowsAsync<WebhookValidationException>(
            () => _platform.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent(WebhookNotice.EndpointDisabled, new { })));
        var scope = await Assert.ThrowsAsync<WebhookValidationException>(
            () => _platform.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { }) { Scopes = [WebhookScope.Notices] }));

        Assert.Equal(("type", "scopes"), (type.Field, scope.Field));
    }

    private Task<EnqueueResult> EnqueueAsync(WebhookScope scope) =>
        _platform.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { n = 1 }) { Scopes = [scope] });

    private async Task<IReadOnlyList<DeliveryInfo>> ListAsync(string endpointId) =>
        (await _platform.Outbox.Deliveries.ListAsync(new DeliveryFilter { EndpointId = endpointId })).Deliveries;

    private async Task<(string Type, JsonElement Data)> NoticeAsync()
    {
        while (true)
        {
            var received = await _receiver.NextAsync();
            if (received.Path == "/operators")
            {
                var body = JsonElement.Parse(received.Body);
                return (body.GetProperty("event").GetString()!, body.GetProperty("data"));
            }
        }
    }

    private sealed class Heard
    {
        private readonly Channel<WebhookNotice> _notices = Channel.CreateUnbounded<WebhookNotice>();

        public int Count => _notices.Reader.Count;

        public void Add(WebhookNotice notice) => _notices.Writer.TryWrite(notice);

        public async Task<WebhookNotice> NextAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            return await _notices.Reader.ReadAsync(patience.Token);
        }
    }

    private sealed class Handler(Heard heard) : IWebhookNoticeHandler
    {
        public Task HandleAsync(WebhookNotice notice, CancellationToken cancellationToken)
        {
            heard.Add(notice);
            return Task.CompletedTask;
        }
    }

    private sealed class BrokenHandler : IWebhookNoticeHandler
    {
        public Task HandleAsync(WebhookNotice notice, CancellationToken cancellationToken) => throw new InvalidOperationException("broken");
    }
}
