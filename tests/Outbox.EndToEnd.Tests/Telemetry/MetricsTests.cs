using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Deliveries;

namespace Outbox.EndToEnd.Tests.Telemetry;

public sealed class MetricsTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] KnownTags =
    [
        "outbox.event.type", "outbox.profile", "outbox.delivery.status", "outbox.held", "outbox.store.operation", "http.response.status_code", "error.type",
    ];

    private Platform _platform = null!;
    private Receiver _receiver = null!;
    private Measurements _measured = null!;

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _platform = await Platform.StartAsync();
        _measured = new Measurements(_platform.Services.GetRequiredService<IMeterFactory>());
        await _platform.ListenAsync(_receiver.Url("/hook/secret-path"));
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    public void Dispose() => _measured.Dispose();

    [Fact]
    public async Task Enqueues_attempts_and_the_time_to_delivery_are_measured()
    {
        _receiver.Answer("/hook/secret-path", 503, 200);

        await DeliverAsync("call_1");

        Assert.Equal(("call.ended", 1), (Of("outbox.events.enqueued").Tags["outbox.event.type"], Of("outbox.events.enqueued").Value));
        Assert.Equal(
            [("waiting", 503), ("delivered", 200)],
            _measured.Of("outbox.attempt.duration").Select(attempt => ((string)attempt.Tags["outbox.delivery.status"]!, (int)attempt.Tags["http.response.status_code"]!)));
        var latency = Of("outbox.delivery.latency");
        Assert.Equal(("quick", false), (latency.Tags["outbox.profile"], latency.Tags["outbox.held"]));
        Assert.InRange(latency.Value, 0.018, 60);
    }

    [Fact]
    public async Task An_attempt_without_an_answer_names_its_error()
    {
        // Bound and not listening: its port refuses connections, and no other test's receiver can be given it.
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endpoints = _platform.Outbox.Endpoints;
        await endpoints.DeleteAsync((await endpoints.ListAsync()).Single().Id);
        await _platform.ListenAsync($"http://{nobody.LocalEndPoint}/hook/secret-path");

        await _platform.UntilAsync((await _platform.EndCallAsync("call_1")).DeliveryIds.Single(), DeliveryStatus.Exhausted);
        await _platform.UntilAsync(() => Task.FromResult(_measured.Of("outbox.deliveries.exhausted").Count > 0));

        Assert.All(_measured.Of("outbox.attempt.duration"), attempt => Assert.Equal("connect", attempt.Tags["error.type"]));
        Assert.Equal(1, Of("outbox.deliveries.exhausted").Value);
    }

    [Fact]
    public async Task Notices_are_events_too()
    {
        _receiver.Answer("/hook/secret-path", 410);
        var other = await _platform.ListenAsync(_receiver.Url("/other"), scope: WebhookScope.Campaign("spring"));

        await _platform.Outbox.Endpoints.DisableAsync(other.Endpoint.Id, "operator");
        await _platform.EndCallAsync("call_1");
        await _platform.UntilAsync(() => Task.FromResult(_measured.Of("outbox.events.enqueued").Count == 3));

        Assert.Equal(
            ["endpoint.disabled", "call.ended", "endpoint.disabled"],
            _measured.Of("outbox.events.enqueued").Select(enqueued => enqueued.Tags["outbox.event.type"]));
    }

    [Fact]
    public async Task The_time_that_an_event_was_held_is_measured_once()
    {
        _receiver.Answer("/hook/secret-path", 500, 200);

        var id = (await _platform.EndCallAsync("call_1", holds: [new WebhookHold("recording", TimeSpan.FromMilliseconds(30))])).DeliveryIds.Single();
        await _platform.UntilAsync(id, DeliveryStatus.Delivered);

        Assert.InRange(Of("outbox.delivery.held").Value, 0.029, 1);
    }

    [Fact]
    public async Task Every_operation_on_the_store_and_every_batch_is_measured()
    {
        await DeliverAsync("call_1");

        var operations = _measured.Of("outbox.store.operation.duration").Select(operation => (string)operation.Tags["outbox.store.operation"]!).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string>(["enqueue", "claim", "settle", "next_due", "get_delivery"], StringComparer.Ordinal), operations);
        Assert.Contains(_measured.Of("outbox.claim.size"), claim => claim.Value == 1);
        Assert.Equal(1, Of("outbox.settle.size").Value);
    }

    [Fact]
    public async Task The_gauges_tell_the_backlog_at_the_last_count_and_nothing_once_the_host_has_stopped()
    {
        await using var platform = await Platform.StartAsync(onTheFileOf: _platform, configure: options => options.Dispatch = false);
        await _platform.StopAsync();
        var endpoint = await platform.ListenAsync(_receiver.Url("/other"), scope: WebhookScope.Campaign("spring"));
        await platform.Outbox.Endpoints.DisableAsync(endpoint.Endpoint.Id, "operator");
        await platform.EndCallAsync("call_1", holds: [new WebhookHold("recording", TimeSpan.FromHours(1))]);

        using var measured = new LateMeasurements();
        await using var dispatching = await Platform.StartAsync(onTheFileOf: _platform, build: measured.ListenTo);
        await dispatching.UntilAsync(() => Task.FromResult(measured.Observe("outbox.backlog").Count > 0));

        var backlog = measured.Observe("outbox.backlog").ToDictionary(state => (string)state.Tags["outbox.delivery.status"]!, state => state.Value, StringComparer.Ordinal);
        Assert.Equal(new Dictionary<string, double>(StringComparer.Ordinal) { ["waiting"] = 1, ["delivering"] = 0, ["parked"] = 0, ["exhausted"] = 0 }, backlog);
        Assert.Equal(0, measured.Observe("outbox.backlog.oldest_due").Single().Value);
        Assert.Equal(1, measured.Observe("outbox.endpoints.disabled").Single().Value);
        await dispatching.StopAsync();
        Assert.Empty(measured.Observe("outbox.backlog"));
    }

    [Fact]
    public async Task Tags_are_few_and_none_holds_an_id_a_path_or_a_payload()
    {
        _receiver.Answer("/hook/secret-path", 500, 404, 200);

        await DeliverAsync("call_of_a_customer");

        Assert.All(_measured.All.SelectMany(measured => measured.Tags), tag =>
        {
            Assert.Contains(tag.Key, KnownTags);
            Assert.DoesNotMatch("secret|call_of|ep_|evt_|dlv_|127\\.0", $"{tag.Value}");
        });
    }

    [Fact]
    public void Units_are_UCUM()
    {
        Assert.Equal(11, _measured.Instruments.Count);
        Assert.All(_measured.Instruments, instrument => Assert.Contains(instrument.Unit, (string[])["s", "{event}", "{delivery}", "{endpoint}"]));
        Assert.All(_measured.Instruments, instrument => Assert.False(string.IsNullOrEmpty(instrument.Description)));
    }

    private Measured Of(string instrument) => Assert.Single(_measured.Of(instrument));

    // An attempt is measured before it is settled, so what was delivered was measured; the settlement itself may be told of a moment later.
    private async Task DeliverAsync(string call)
    {
        await _platform.UntilAsync((await _platform.EndCallAsync(call)).DeliveryIds.Single(), DeliveryStatus.Delivered);
        await _platform.UntilAsync(() => Task.FromResult(_measured.Of("outbox.settle.size").Count > 0));
    }

    /// <summary>Listens from before the host starts, as a metrics exporter does: the first count comes at the start.</summary>
    private sealed class LateMeasurements : IDisposable
    {
        private Measurements? _measured;

        public void ListenTo(IWebhookOutboxBuilder builder) => builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostedService>(provider =>
        {
            _measured = new Measurements(provider.GetRequiredService<IMeterFactory>());
            return new Nothing();
        });

        public IReadOnlyList<Measured> Observe(string gauge) => _measured!.Observe(gauge);

        public void Dispose() => _measured?.Dispose();

        private sealed class Nothing : Microsoft.Extensions.Hosting.IHostedService
        {
            public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

            public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        }
    }
}
