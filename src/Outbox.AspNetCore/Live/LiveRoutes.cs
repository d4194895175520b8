using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;

namespace Outbox.AspNetCore.Live;

/// <summary>The live stream: server-sent events of what changes, for as long as somebody looks.</summary>
internal static class LiveRoutes
{
    public static void Map(RouteGroupBuilder api, Mapping mapping, LiveTopics topics)
    {
        var places = new LivePlaces(mapping.Options.MaxLiveStreams);
        api.MapGet("/live", async Task<IResult> (HttpContext http, [AsParameters] LiveQuery query, [AsParameters] DeliveryQuery filters) =>
        {
            var sources = topics.Open(Access.Of(http), query, filters);
            if (!places.Take())
            {
                throw new ProblemException(Problem.Busy("Too many pages look on live. Close one, or look without."));
            }

            try
            {
                await StreamAsync(http, mapping, sources);
                return Results.Empty;
            }
            finally
            {
                places.Leave();
            }
        }).Produces(StatusCodes.Status200OK, contentType: "text/event-stream").WithSummary("What changes, as server-sent events");
    }

    private static async Task StreamAsync(HttpContext http, Mapping mapping, IReadOnlyList<LiveSource> sources)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, mapping.HostStops);
        try
        {
            await new LiveStream(http.Response, sources, mapping.Clock).RunAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}

/// <summary>What a stream is asked for beside the filters of deliveries.</summary>
internal sealed record LiveQuery
{
    public string? Topics { get; init; }

    public string? Window { get; init; }

    public string? Id { get; init; }

    public string? Limit { get; init; }
}

/// <summary>How many streams there may be.</summary>
internal sealed class LivePlaces(int most)
{
    private int _taken;

    public bool Take()
    {
        if (Interlocked.Increment(ref _taken) <= most)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _taken);
}
