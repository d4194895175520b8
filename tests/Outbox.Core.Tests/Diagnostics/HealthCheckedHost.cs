using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NSubstitute;
using Outbox.Dispatching;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Tests.Diagnostics;

/// <summary>The outbox's own services with a clock that a test moves, on a store that answers as a test says.</summary>
internal sealed class HealthCheckedHost : IAsyncDisposable
{
    private readonly IOutboxStore _store = Substitute.For<IOutboxStore>();
    private readonly IDeliveryStore _deliveries = Substitute.For<IDeliveryStore>();
    private readonly IEndpointStore _endpoints = Substitute.For<IEndpointStore>();
    private readonly Channel<bool> _claims = Channel.CreateUnbounded<bool>();
    private ServiceProvider? _services;

    public static WebhookBacklog Some { get; } = new() { Waiting = 5, Delivering = 1, Parked = 2, Exhausted = 3, DisabledEndpoints = 4 };

    public TestClock Clock { get; } = new();

    public Func<ValueTask<ClaimResult>> Claim { get; set; } = () => new(ClaimResult.Nothing);

    /// <summary>An answer that never comes while the test runs.</summary>
    public TaskCompletionSource<ClaimResult> Hanging { get; } = new();

    public Func<WebhookBacklog> Backlog { get; set; } = () => Some;

    public IReadOnlyList<StoredEndpoint> Endpoints { get; set; } = [];

    /// <summary>What the host says that a failure is; null for the default.</summary>
    public HealthStatus? FailureStatus { get; set; }

    public bool Dispatch { get; set; } = true;

    public bool HasPlace { get; set; } = true;

    public static HealthCheckedHost New() => new();

    public async Task StartAsync()
    {
        _store.TryStartDispatchingAsync(default!, default).ReturnsForAnyArgs(_ => new ValueTask<IAsyncDisposable?>(HasPlace ? Substitute.For<IAsyncDisposable>() : null));
        _store.NextDueInAsync(default).ReturnsForAnyArgs(_ => new ValueTask<TimeSpan?>((TimeSpan?)null));
        _store.WaitForChangeAsync(default).ReturnsForAnyArgs(call => Task.Delay(Timeout.InfiniteTimeSpan, Clock, call.Arg<CancellationToken>()));
        _store.ClaimAsync(default!, default).ReturnsForAnyArgs(_ =>
        {
            _claims.Writer.TryWrite(true);
            return Claim();
        });
        _deliveries.CountBacklogAsync(default).ReturnsForAnyArgs(_ => new ValueTask<WebhookBacklog>(Backlog()));
        _endpoints.ListAsync(default!, default).ReturnsForAnyArgs(_ => new ValueTask<IReadOnlyList<StoredEndpoint>>(Endpoints));

        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton(_store).AddSingleton(_deliveries).AddSingleton(_endpoints).AddSingleton(Substitute.For<IInspectionStore>());
        services.AddWebhookOutbox(options => options.Dispatch = Dispatch);
        services.AddHealthChecks().AddWebhookOutbox(failureStatus: FailureStatus);
        _services = services.BuildServiceProvider();
        var outbox = _services.GetRequiredService<OutboxService>();
        await outbox.StartingAsync(CancellationToken.None);
        await outbox.StartAsync(CancellationToken.None);
    }

    public Task StopAsync() => _services!.GetRequiredService<OutboxService>().StopAsync(CancellationToken.None);

    public void Wake() => _services!.GetRequiredService<WakeSignal>().Wake();

    public async Task NextClaimAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _claims.Reader.ReadAsync(patience.Token);
    }

    public async Task<HealthReportEntry> CheckAsync() =>
        (await _services!.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["webhook-outbox"];

    public Task<HealthReportEntry> UntilAsync(HealthStatus status) => UntilAsync(health => health.Status == status);

    /// <summary>Lets time pass until the health is so.</summary>
    public async Task<HealthReportEntry> UntilAsync(Func<HealthReportEntry, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        HealthReportEntry health;
        while (!isSo(health = await CheckAsync()))
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            patience.Token.ThrowIfCancellationRequested();
        }

        return health;
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            Hanging.TrySetResult(ClaimResult.Nothing);
            await _services.DisposeAsync();
        }
    }
}
