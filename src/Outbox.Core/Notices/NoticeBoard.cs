using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;
using Outbox.Dispatching;
using Outbox.Storage;

namespace Outbox.Notices;

/// <summary>What follows when a notice is stored: the dispatcher is woken for its deliveries, and the host's handlers are called.</summary>
internal sealed class NoticeBoard(IEnumerable<IWebhookNoticeHandler> handlers, WakeSignal dispatcher, ILogger<NoticeBoard> logger) : IDisposable
{
    private readonly IWebhookNoticeHandler[] _handlers = [.. handlers];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _telling = Task.CompletedTask;

    /// <summary>Notices were stored, and committed where <paramref name="transaction"/> is null; else they will be with it, or not.</summary>
    public void Post(IReadOnlyList<NewEvent> notices, DbTransaction? transaction = null)
    {
        if (notices.Count == 0)
        {
            return;
        }

        dispatcher.ExpectCommit(transaction);
        if (transaction is not null || _handlers.Length == 0)
        {
            return;
        }

        lock (_gate)
        {
            _telling = TellAsync(_telling, notices, _stop.Token);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    // One after the other, and never in the way of whoever stored them.
    private async Task TellAsync(Task before, IReadOnlyList<NewEvent> notices, CancellationToken stop)
    {
        await Task.Yield();
        await before;
        foreach (var notice in notices.Select(Read))
        {
            foreach (var handler in _handlers)
            {
                try
                {
                    await handler.HandleAsync(notice, stop);
                }
                catch (Exception e)
                {
                    Log.NoticeHandlerFailed(logger, e, notice.Type, notice.EventId);
                }
            }
        }
    }

    private static WebhookNotice Read(NewEvent stored)
    {
        var data = JsonSerializer.Deserialize(stored.Data.Span, NoticeJson.Default.NoticeData)!;
        return new WebhookNotice
        {
            EventId = stored.Id,
            Type = stored.Type,
            EndpointId = data.EndpointId,
            Tenant = stored.Tenant,
            DeliveryId = data.DeliveryId,
            Reason = data.Reason,
            Data = stored.Data,
        };
    }
}
