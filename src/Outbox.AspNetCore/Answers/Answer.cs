using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Outbox.AspNetCore.Answers;

/// <summary>
/// A value as JSON. Unlike the framework's own results it is written by this package's generated code: the host's JSON settings, which may rename
/// and leave out, do not reach it.
/// </summary>
internal sealed class Answer<T>(T value, int status, string? location = null) : IResult, IStatusCodeHttpResult, IValueHttpResult<T>, IEndpointMetadataProvider
{
    private static readonly string[] ContentTypes = ["application/json"];

    public T? Value => value;

    public int? StatusCode => status;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        if (location is not null)
        {
            httpContext.Response.Headers.Location = location;
        }

        var typeInfo = (JsonTypeInfo<T>)ManagementJson.Default.GetTypeInfo(typeof(T))!;
        return httpContext.Response.WriteAsJsonAsync(value, typeInfo, contentType: null, httpContext.RequestAborted);
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ContentTypes));
}

/// <summary>The ways to answer.</summary>
internal static class Answer
{
    public static Answer<T> Ok<T>(T value) => new(value, StatusCodes.Status200OK);

    public static Answer<T> Created<T>(string location, T value) => new(value, StatusCodes.Status201Created, location);

    public static Answer<T> Accepted<T>(T value, string? location = null) => new(value, StatusCodes.Status202Accepted, location);
}
