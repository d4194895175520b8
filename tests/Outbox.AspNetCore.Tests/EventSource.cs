using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Outbox.AspNetCore.Tests;

/// <summary>A browser's EventSource.</summary>
internal sealed class EventSource(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
{
    public HttpResponseHeaders Headers => response.Headers;

    public static async Task<EventSource> OpenAsync(Caller caller, string path)
    {
        var response = await caller.Http.GetAsync(caller.AddressOf(path), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventSource(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public async Task<(string Name, JsonNode Data)> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var name = "";
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (name, JsonNode.Parse(line[6..])!);
            }
        }

        throw new InvalidOperationException("The stream ended.");
    }

    public async Task<JsonNode> NextAsync(string name)
    {
        while (true)
        {
            var (told, data) = await NextAsync();
            if (told == name)
            {
                return data;
            }
        }
    }

    public async Task UntilAsync(string name, Func<JsonNode, bool> isSo)
    {
        while (!isSo(await NextAsync(name)))
        {
        }
    }

    public async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await reader.ReadLineAsync(patience.Token) is not null)
        {
        }
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
