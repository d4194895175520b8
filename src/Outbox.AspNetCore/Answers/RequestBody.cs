using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Outbox.AspNetCore.Answers;

/// <summary>Reads a request's JSON by this package's own rules: unknown properties are refused, and every refusal names the property.</summary>
internal static class RequestBody
{
    private const long MaxBytes = 17 * 1024 * 1024;

    /// <exception cref="ProblemException">It is no JSON of this shape.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> typeInfo)
        where T : class
    {
        try
        {
            if (http.Request.ContentLength > MaxBytes)
            {
                throw new ProblemException(Problem.Malformed($"The body has {http.Request.ContentLength} bytes; at most {MaxBytes} are read."));
            }

            return await JsonSerializer.DeserializeAsync(http.Request.Body, typeInfo, http.RequestAborted)
                ?? throw new ProblemException(Problem.Malformed("The body is null. Send a JSON object."));
        }
        catch (JsonException e)
        {
            var field = e.Path is { Length: > 2 } path ? path[2..] : null;
            throw new ProblemException(Problem.Malformed(
                field is null ? "The body is no JSON object with the properties that this route knows." : $"The property '{field}' is unknown here or has the wrong type.", field));
        }
        catch (BadHttpRequestException e)
        {
            throw new ProblemException(Problem.Malformed(e.Message));
        }
    }
}
