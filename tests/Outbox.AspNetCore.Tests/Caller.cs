using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Outbox.AspNetCore.Tests;

/// <summary>Somebody with a browser: calls the API below one mapping's prefix.</summary>
public sealed class Caller(HttpClient http, string prefix)
{
    public HttpClient Http => http;

    public Uri AddressOf(string path) => new($"{prefix}/api/{path}", UriKind.Relative);

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Reply> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Reply> PutAsync(string path, object? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<Reply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<Reply> SendAsync(RouteCase one) => SendAsync(one.Method, one.Path, one.Body);

    public async Task<Reply> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, AddressOf(path));
        if (body is not null)
        {
            request.Content = body is string text ? new StringContent(text, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        }

        using var response = await http.SendAsync(request);
        var content = await response.Content.ReadAsStringAsync();
        return new Reply(response, content);
    }
}

/// <summary>What came back.</summary>
public sealed class Reply(HttpResponseMessage response, string content)
{
    public HttpStatusCode Status => response.StatusCode;

    public string Text => content;

    public HttpResponseMessage Response => response;

    public JsonNode Json => JsonNode.Parse(content) ?? throw new JsonException("null");

    public JsonNode? this[string name] => Json[name];

    public Reply Is(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)Status} instead of {(int)status}: {content}");
        return this;
    }

    public Reply IsProblem(HttpStatusCode status, string type, string? field = null)
    {
        Is(status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"urn:outbox:problem:{type}", (string?)Json["type"]);
        if (field is not null)
        {
            Assert.Equal(field, (string?)Json["field"]);
        }

        return this;
    }
}
