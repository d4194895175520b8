using System.Text.Json;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Live;

/// <summary>A page of deliveries that somebody looks at: first all of it, then what is new, changed or matches no longer.</summary>
internal sealed class LiveDeliveryList(DeliveryReader deliveries, Access access, DeliveryQuery query, int limit)
{
    private Dictionary<string, (DeliveryView View, string Text)>? _told;

    public async ValueTask<IReadOnlyList<LiveEvent>> NextAsync(CancellationToken cancellationToken)
    {
        var page = await deliveries.ListAsync(access, query, limit, cursor: null, cancellationToken);
        var more = page.NextCursor is not null;
        var now = page.Items.ToDictionary(view => view.Id, view => (View: view, Text: TextOf([view], reset: false, [], more: false)), StringComparer.Ordinal);
        var before = _told;
        _told = now;
        if (before is null)
        {
            return [new LiveEvent("deliveries", TextOf(page.Items, reset: true, [], more))];
        }

        var changed = page.Items.Where(view => !before.TryGetValue(view.Id, out var known) || known.Text != now[view.Id].Text).ToList();

        // What newer rows pushed off the page still matches; what is gone from within it does not.
        var end = !more ? DateTimeOffset.MinValue : page.Items is [.., var last] ? last.EnqueuedAt : DateTimeOffset.MaxValue;
        var removed = before.Values.Where(known => !now.ContainsKey(known.View.Id) && known.View.EnqueuedAt > end).Select(known => known.View.Id).ToList();
        return changed.Count + removed.Count == 0 ? [] : [new LiveEvent("deliveries", TextOf(changed, reset: false, removed, more))];
    }

    private static string TextOf(IReadOnlyList<DeliveryView> items, bool reset, IReadOnlyList<string> removed, bool more) =>
        JsonSerializer.Serialize(new LiveDeliveries(items, reset, removed, more), ManagementJson.Default.LiveDeliveries);
}
