using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Outbox.Diagnostics;
using Outbox.Dispatching;
using Outbox.Storage;

namespace Outbox.Holds;

/// <summary>Asks the host's probes for the artifacts that events wait for, and releases what they find. Asleep where no probe is registered.</summary>
internal sealed class ProbeLoop(
    IEnumerable<IArtifactProbe> probes,
    IDeliveryStore deliveries,
    IWebhookOutbox outbox,
    IOptions<WebhookOutboxOptions> options,
    TimeProvider clock,
    IRandomSource random,
    ILogger<ProbeLoop> logger)
{
    private const int Batch = 200;

    private readonly IArtifactProbe[] _probes = [.. probes];
    private readonly StoreTrouble _trouble = new("look for held events", clock, random, logger);

    public Task RunAsync(CancellationToken stop) => _probes.Length == 0 ? Task.CompletedTask : _trouble.RepeatAsync(
        async token =>
        {
            await ProbeAsync(token);
            await Task.Delay(options.Value.ProbeInterval, clock, token);
        },
        stop);

    private async Task ProbeAsync(CancellationToken stop)
    {
        foreach (var held in await deliveries.ListHeldAsync(Batch, stop))
        {
            foreach (var probe in _probes)
            {
                if (await AskAsync(probe, held, stop) is { } artifact)
                {
                    await outbox.ArtifactReadyInOwnTransactionAsync(artifact, stop);
                    break;
                }
            }
        }
    }

    private async Task<WebhookArtifact?> AskAsync(IArtifactProbe probe, HeldArtifact held, CancellationToken stop)
    {
        try
        {
            return await probe.ProbeAsync(held, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            Log.ProbeFailed(logger, e, probe.GetType().Name, held.Artifact);
            return null;
        }
    }
}
