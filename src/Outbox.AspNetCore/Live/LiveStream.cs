using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Outbox.AspNetCore.Answers;

namespace Outbox.AspNetCore.Live;

/// <summary>Something that is looked at again and again; it gives the events that tell what has changed since.</summary>
internal delegate ValueTask<IReadOnlyList<LiveEvent>> LiveSource(CancellationToken cancellationToken);

/// <summary>One server-sent event.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="Data">JSON on one line.</param>
internal sealed record LiveEvent(string Name, string Data);

/// <summary>One stream: it looks every second, and ends after ten minutes, so that a browser comes again and who it is is asked anew.</summary>
internal sealed class LiveStream(HttpResponse response, IReadOnlyList<LiveSource> sources, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private long _saidAt;

    public async Task RunAsync(CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        await WriteAsync("retry: 2000\n\n", stop);
        while (clock.GetElapsedTime(began) < Longest)
        {
            foreach (var source in sources)
            {
                foreach (var (name, data) in await AskAsync(source, stop))
                {
                    await WriteAsync($"event: {name}\ndata: {data}\n\n", stop);
                }
            }

            if (clock.GetElapsedTime(_saidAt) >= Quiet)
            {
                await WriteAsync(":\n\n", stop);
            }

            await Task.Delay(Look, clock, stop);
        }
    }

    private static async ValueTask<IReadOnlyList<LiveEvent>> AskAsync(LiveSource source, CancellationToken stop)
    {
        try
        {
            return await source(stop);
        }
        catch (Exception e) when (Problem.Of(e) is { } problem)
        {
            return [new LiveEvent("problem", JsonSerializer.Serialize(problem.Body, ManagementJson.Default.ProblemBody))];
        }
    }

    private async Task WriteAsync(string text, CancellationToken stop)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
        await response.Body.FlushAsync(stop);
        _saidAt = clock.GetTimestamp();
    }
}
