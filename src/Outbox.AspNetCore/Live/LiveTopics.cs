using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Live;

/// <summary>The things that can be looked at live.</summary>
internal sealed class LiveTopics(Mapping mapping, EndpointReader endpoints, DeliveryReader deliveries, FigureReader figures)
{
    private static readonly TimeSpan Slowly = TimeSpan.FromSeconds(2);

    /// <summary>The sources of the topics that a query names.</summary>
    /// <exception cref="ProblemException">A topic is unknown, or a value that it needs is missing or cannot be read.</exception>
    public IReadOnlyList<LiveSource> Open(Access access, LiveQuery query, DeliveryQuery filters)
    {
        var names = (query.Topics ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToList();
        return names.Count == 0
            ? throw new ProblemException(Problem.Malformed("Name the topics: overview, deliveries, delivery, endpoints, endpoint, operations, activity.", "topics"))
            : [.. names.Select(name => Open(name, access, query, filters))];
    }

    private LiveSource Open(string topic, Access access, LiveQuery query, DeliveryQuery filters)
    {
        switch (topic)
        {
            case "overview":
                var window = TimeWindow.Parse(query.Window);
                return Every(Slowly, WhenChanged("overview", stop => figures.OverviewAsync(access, window, stop), ManagementJson.Default.OverviewView));
            case "activity":
                var (over, of) = (TimeWindow.Parse(query.Window), string.IsNullOrEmpty(filters.Endpoint) ? null : filters.Endpoint);
                return Every(Slowly, WhenChanged("activity", stop => ActivityAsync(access, of, over, stop), ManagementJson.Default.ActivityView));
            case "endpoint":
                var endpoint = Needed("endpoint", filters.Endpoint);
                return WhenChanged("endpoint", stop => endpoints.DetailsAsync(access, endpoint, stop), ManagementJson.Default.EndpointDetails);
            case "delivery":
                var delivery = Needed("id", query.Id);
                return WhenChanged("delivery", stop => deliveries.DetailsAsync(access, delivery, stop), ManagementJson.Default.DeliveryDetailsView);
            case "deliveries":
                _ = filters.Filter(access); // what cannot be read is refused before the stream begins
                return new LiveDeliveryList(deliveries, access, filters, Paging.Limit(query.Limit)).NextAsync;
            case "endpoints":
                return Every(Slowly, EachChanged("endpoints", stop => ItemsAsync(access, stop), item => item.Endpoint.Id, items => JsonSerializer.Serialize(new ListView<EndpointItem>(items), ManagementJson.Default.ListViewEndpointItem)));
            case "operations":
                return EachChanged("operation", _ => Task.FromResult(OperationsOf(access)), one => one.Id, one => JsonSerializer.Serialize(one[0], ManagementJson.Default.OperationView), together: false);
            default:
                throw new ProblemException(Problem.Malformed($"'{topic}' is no topic. There are overview, deliveries, delivery, endpoints, endpoint, operations, activity.", "topics"));
        }
    }

    private async Task<ActivityView> ActivityAsync(Access access, string? endpointId, TimeWindow window, CancellationToken stop)
    {
        if (endpointId is not null)
        {
            await endpoints.GetAsync(access, endpointId, stop);
        }

        return await figures.ActivityAsync(access, endpointId, window, stop);
    }

    private async Task<IReadOnlyList<EndpointItem>> ItemsAsync(Access access, CancellationToken stop) =>
        (await endpoints.ListAsync(access, new EndpointQuery(), Paging.Most, cursor: null, stop)).Items;

    private IReadOnlyList<OperationView> OperationsOf(Access access) => [.. mapping.Operations.List(access).Reverse().Select(operation => operation.Show())];

    private LiveSource Every(TimeSpan interval, LiveSource source)
    {
        long? lookedAt = null;
        return async stop =>
        {
            if (lookedAt is { } last && mapping.Clock.GetElapsedTime(last) < interval)
            {
                return [];
            }

            lookedAt = mapping.Clock.GetTimestamp();
            return await source(stop);
        };
    }

    private static LiveSource WhenChanged<T>(string name, Func<CancellationToken, Task<T>> read, JsonTypeInfo<T> typeInfo)
    {
        string? told = null;
        return async stop =>
        {
            var now = JsonSerializer.Serialize(await read(stop), typeInfo);
            if (now == told)
            {
                return [];
            }

            told = now;
            return [new LiveEvent(name, now)];
        };
    }

    private static LiveSource EachChanged<T>(
        string name, Func<CancellationToken, Task<IReadOnlyList<T>>> read, Func<T, string> id, Func<IReadOnlyList<T>, string> write, bool together = true)
    {
        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        return async stop =>
        {
            var changed = new List<T>();
            foreach (var item in await read(stop))
            {
                var now = write([item]);
                if (!told.TryGetValue(id(item), out var before) || before != now)
                {
                    told[id(item)] = now;
                    changed.Add(item);
                }
            }

            return changed.Count == 0 ? [] : together ? [new LiveEvent(name, write(changed))] : [.. changed.Select(item => new LiveEvent(name, write([item])))];
        };
    }

    private static string Needed(string field, string? value) =>
        string.IsNullOrWhiteSpace(value) ? throw new ProblemException(Problem.Malformed($"The topic needs '{field}'.", field)) : value.Trim();
}
