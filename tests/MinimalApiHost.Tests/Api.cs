using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace MinimalApiHost.Tests;

/// <summary>What the platform answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string? ContentType, Uri? Location, JsonNode Json)
{
    public JsonNode? this[string name] => Json[name];

    public string Detail => (string?)Json["detail"] ?? "";

    public IReadOnlyList<string> Texts(string name) => [.. Json[name]!.AsArray().Select(item => (string)item!)];

    public void IsProblem(HttpStatusCode status, string detail, string? field = null)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal((int)status, (int)Json["status"]!);
        Assert.Contains(detail, Detail, StringComparison.Ordinal);
        Assert.Equal(field, (string?)Json["field"]);
    }
}

/// <summary>The platform's HTTP API under one key.</summary>
internal sealed class Api(HttpClient http, string? key)
{
    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<Answer> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, JsonContent.Create(body));

    public Task<Answer> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<Answer> PostAsync(string path) => SendAsync(HttpMethod.Post, path, null);

    /// <summary>Sends the text as it is: to see what becomes of each character, or of what is no JSON.</summary>
    public Task<Answer> PostTextAsync(string path, string json) => SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<JsonNode> DeliveryAsync(string id, string status)
    {
        var answer = await Eventually.HasAsync(() => GetAsync($"/v1/deliveries/{id}"), answer => (string?)answer["status"] == status);
        return answer.Json;
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode, response.Content.Headers.ContentType?.MediaType, response.Headers.Location, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }
}
