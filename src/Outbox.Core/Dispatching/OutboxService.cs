using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Outbox.Diagnostics;
using Outbox.Endpoints;
using Outbox.Holds;
using Outbox.Inspection;
using Outbox.Retention;
using Outbox.Storage;

namespace Outbox.Dispatching;

/// <summary>
/// The hosted service: opens the store before the host takes requests, runs the loops, and stops them in two steps. First it claims no
/// more; when the host's patience ends it tears off what is still on the wire, and hands it back uncounted.
/// </summary>
internal sealed class OutboxService(
    StoreGate gate,
    IOutboxStore store,
    Dispatcher dispatcher,
    Housekeeper housekeeper,
    Pruner pruner,
    ProbeLoop probes,
    BacklogWatch backlog,
    DispatcherPulse pulse,
    SecretRenewal secrets,
    ActivityLog activity,
    WakeSignal wake,
    OwnerName owner,
    IOptions<WebhookOutboxOptions> options,
    TimeProvider clock,
    IRandomSource random,
    ILogger<OutboxService> logger) : IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan StandbyInterval = TimeSpan.FromSeconds(2);

    private readonly StoreTrouble _opening = new("open", clock, random, logger);
    private readonly StoreTrouble _listening = new("listen for changes", clock, random, logger);
    private readonly CancellationTokenSource _stopClaiming = new();
    private readonly CancellationTokenSource _stopWorking = new();
    private Task _running = Task.CompletedTask;
    private bool _isDisposed;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await gate.OpenAsync(cancellationToken);
        }
        catch (OutboxStoreException e) when (e.IsTransient)
        {
            // The database may come back; the loop below goes on trying, and enqueues fail with this error until then.
            _opening.Failed(e);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Dispatch)
        {
            wake.Listening = true;
            pulse.Phase = DispatcherPhase.Starting;
            _running = RunAsync(_stopClaiming.Token);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        wake.Listening = false;
        pulse.Phase = DispatcherPhase.Stopped;
        if (_isDisposed)
        {
            await _running;
            return;
        }

        StopClaiming();
        using (cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _stopWorking))
        {
            await _running;
        }

        Log.Stopped(logger, dispatcher.Interrupted);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the loops before the store under them is disposed of, also where nobody stopped the host.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _running;
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _stopClaiming.Cancel();
        _stopWorking.Cancel();
        _stopClaiming.Dispose();
        _stopWorking.Dispose();
    }

    // Not CancelAsync, which would end the loops from the thread pool; each of them only throws.
    private void StopClaiming() => _stopClaiming.Cancel();

    private async Task RunAsync(CancellationToken stop)
    {
        // Also where the service is disposed of without having been stopped, the loops end by these tokens.
        var stopWorking = _stopWorking.Token;

        // The host's start must not wait for the first claim.
        await Task.Yield();
        try
        {
            await using var dispatching = await StartDispatchingAsync(stop);
            pulse.Phase = DispatcherPhase.Dispatching;
            Log.Dispatching(logger, owner.Value);
            await Task.WhenAll(
                UntilStopped(dispatcher.RunAsync(owner.Value, stop, stopWorking)),
                UntilStopped(housekeeper.RunAsync(stop)),
                UntilStopped(secrets.RunAsync(stop)),
                UntilStopped(pruner.RunAsync(stop)),
                UntilStopped(activity.RunAsync(stop)),
                UntilStopped(probes.RunAsync(stop)),
                UntilStopped(backlog.RunAsync(stop)),
                UntilStopped(ListenAsync(stop)));
            await dispatcher.WhenIdleAsync();
            await activity.FlushLastAsync(stopWorking);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private async Task<IAsyncDisposable> StartDispatchingAsync(CancellationToken stop)
    {
        var standingBy = false;
        while (true)
        {
            IAsyncDisposable? dispatching = null;
            await _opening.UntilDoneAsync(
                async token =>
                {
                    pulse.TurnBegins();
                    await gate.OpenAsync(token);
                    dispatching = await store.TryStartDispatchingAsync(owner.Value, token);
                    pulse.TurnEnds();
                },
                stop);
            if (dispatching is not null)
            {
                return dispatching;
            }

            if (!standingBy)
            {
                standingBy = true;
                pulse.Phase = DispatcherPhase.StandingBy;
                Log.StandingBy(logger);
            }

            await Task.Delay(StandbyInterval, clock, stop);
        }
    }

    private Task ListenAsync(CancellationToken stop) => _listening.RepeatAsync(
        async token =>
        {
            await store.WaitForChangeAsync(token);
            wake.Wake();
        },
        stop);

    private static async Task UntilStopped(Task loop)
    {
        try
        {
            await loop;
        }
        catch (OperationCanceledException)
        {
        }
    }
}
