using System.Globalization;
using Outbox.AspNetCore.Security;

namespace Outbox.AspNetCore.Operations;

/// <summary>What operations do.</summary>
internal sealed class Work(Mapping mapping)
{
    private static readonly TimeSpan DrainLook = TimeSpan.FromMilliseconds(500);

    /// <summary>Puts back what a filter matches.</summary>
    public async Task<string> ReplayAsync(Operation operation, DeliveryFilter filter, CancellationToken cancellationToken)
    {
        var count = await mapping.Outbox.Inspection.CountAsync(filter, MostExpected, cancellationToken);
        operation.Expect(count.Count, count.Capped);
        var replayed = await mapping.Outbox.Deliveries.ReplayAsync(filter, operation, cancellationToken);
        return $"{Several(replayed, "delivery was", "deliveries were")} put back.";
    }

    /// <summary>Puts back a list of deliveries that the caller may see.</summary>
    public async Task<string> ReplayAsync(Operation operation, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        operation.Expect(ids.Count, capped: false);
        var replayed = 0;
        for (var i = 0; i < ids.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            replayed += await mapping.Outbox.Deliveries.ReplayAsync(ids[i], cancellationToken) ? 1 : 0;
            operation.Report(i + 1);
        }

        return Text($"{replayed:N0} of {ids.Count:N0} deliveries were put back.");
    }

    /// <summary>Watches what was parked go on. Cancelled, it disables the endpoint again: what was not let out stays parked.</summary>
    public async Task<string> DrainAsync(Operation operation, string endpointId, int parked, CancellationToken cancellationToken)
    {
        operation.Expect(parked, parked == Views.SessionView.Cap);
        try
        {
            while (true)
            {
                var endpoint = await mapping.Outbox.Endpoints.GetAsync(endpointId, cancellationToken);
                if (endpoint is not { Enabled: true })
                {
                    return "The endpoint was disabled or deleted meanwhile.";
                }

                var left = await mapping.Outbox.Inspection.OpenWorkAsync(new() { EndpointId = endpointId }, Views.SessionView.Cap, cancellationToken);
                operation.Report(Math.Max(0, parked - left.Parked.Count));
                if (!endpoint.Draining && left.Parked.Count == 0)
                {
                    return "Everything that was parked goes on.";
                }

                await Task.Delay(DrainLook, mapping.Clock, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (operation.Stop.IsCancellationRequested)
        {
            await mapping.Outbox.Endpoints.DisableAsync(endpointId, "drain cancelled", CancellationToken.None);
            throw;
        }
    }

    /// <summary>Forgets a subject, in one transaction.</summary>
    public async Task<string> EraseAsync(Operation operation, string subject, string? tenant, CancellationToken cancellationToken)
    {
        var erased = await mapping.Outbox.EraseSubjectAsync(subject, tenant, cancellationToken);
        operation.Report(erased.Events);
        return $"{Several(erased.Events, "event was", "events were")} emptied, {Several(erased.CancelledDeliveries, "open delivery", "open deliveries")} cancelled, "
            + $"{Several(erased.DeletedEndpoints, "endpoint", "endpoints")} of the call deleted.";
    }

    private const int MostExpected = 1_000_000;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Several(int count, string one, string many) => Text($"{count:N0} {(count == 1 ? one : many)}");
}
