using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace MinimalApiHost.Demo;

/// <summary>The platform's HTTP API, as the platform's own people and customers call it.</summary>
internal sealed class PlatformClient : IDisposable
{
    private readonly HttpClient _http;

    public PlatformClient(string url, string apiKey)
    {
        _http = new HttpClient { BaseAddress = new Uri(url) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    public Task<JsonNode> GetAsync(string path) => AnswerAsync(_http.GetAsync(new Uri(path, UriKind.Relative)));

    public Task<JsonNode> PutAsync(string path, object body) => AnswerAsync(_http.PutAsJsonAsync(path, body));

    public Task<JsonNode> PostAsync(string path, object body) => AnswerAsync(_http.PostAsJsonAsync(path, body));

    /// <summary>For a request that should fail: the status that it was answered.</summary>
    public async Task<int> PostForStatusAsync(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(path, body);
        return (int)response.StatusCode;
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonNode> AnswerAsync(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new HttpRequestException($"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.PathAndQuery} was answered {(int)response.StatusCode}: {text}");
    }
}
