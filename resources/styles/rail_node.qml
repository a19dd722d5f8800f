<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.40.0" styleCategories="Symbology|Labeling|Fields|Forms" labelsEnabled="1">
  <renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0" referencescale="-1">
    <rules>
      <rule symbol="0" label="to be reviewed" filter="&quot;status&quot; = &#x27;review&#x27;"/>
      <rule symbol="1" label="switch" filter="&quot;railway&quot; = &#x27;switch&#x27; AND coalesce(&quot;status&quot;, &#x27;&#x27;) &lt;&gt; &#x27;rejected&#x27;"/>
      <rule symbol="2" label="crossing" filter="&quot;railway&quot; = &#x27;railway_crossing&#x27; AND coalesce(&quot;status&quot;, &#x27;&#x27;) &lt;&gt; &#x27;rejected&#x27;"/>
      <rule symbol="3" label="end of track" filter="&quot;railway&quot; = &#x27;end&#x27; AND coalesce(&quot;status&quot;, &#x27;&#x27;) &lt;&gt; &#x27;rejected&#x27;"/>
      <rule symbol="4" label="cut at the edge" filter="&quot;railway&quot; = &#x27;cut&#x27; AND coalesce(&quot;status&quot;, &#x27;&#x27;) &lt;&gt; &#x27;rejected&#x27;"/>
      <rule symbol="5" label="rejected" filter="&quot;status&quot; = &#x27;rejected&#x27;"/>
      <rule symbol="6" label="other" filter="ELSE"/>
    </rules>
    <symbols>
      <symbol type="marker" name="0" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" type="QString" value="circle"/>
            <Option name="color" type="QString" value="255,255,255,0"/>
            <Option name="size" type="QString" value="5.6"/>
            <Option name="size_unit" type="QString" value="MM"/>
            <Option name="outline_color" type="QString" value="255,140,0,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.9"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="angle" type="QString" value="0"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="marker" name="1" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <data_defined_properties>
          <Option type="Map">
            <Option name="name" type="QString" value=""/>
            <Option name="properties" type="Map">
              <Option name="alpha" type="Map">
                <Option name="active" type="bool" value="true"/>
                <Option name="expression" type="QString" value="scale_linear(coalesce(&quot;confidence&quot;, 1), 0.5, 0.9, 50, 100)"/>
                <Option name="type" type="int" value="3"/>
              </Option>
            </Option>
            <Option name="type" type="QString" value="collection"/>
          </Option>
        </data_defined_properties>
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" type="QString" value="triangle"/>
            <Option name="color" type="QString" value="20,90,220,255"/>
            <Option name="size" type="QString" value="3"/>
            <Option name="size_unit" type="QString" value="MM"/>
            <Option name="outline_color" type="QString" value="255,255,255,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.3"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="angle" type="QString" value="0"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="marker" name="2" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <data_defined_properties>
          <Option type="Map">
            <Option name="name" type="QString" value=""/>
            <Option name="properties" type="Map">
              <Option name="alpha" type="Map">
                <Option name="active" type="bool" value="true"/>
                <Option name="expression" type="QString" value="scale_linear(coalesce(&quot;confidence&quot;, 1), 0.5, 0.9, 50, 100)"/>
                <Option name="type" type="int" value="3"/>
              </Option>
            </Option>
            <Option name="type" type="QString" value="collection"/>
          </Option>
        </data_defined_properties>
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" type="QString" value="diamond"/>
            <Option name="color" type="QString" value="130,40,170,255"/>
            <Option name="size" type="QString" value="3"/>
            <Option name="size_unit" type="QString" value="MM"/>
            <Option name="outline_color" type="QString" value="255,255,255,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.3"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="angle" type="QString" value="0"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="marker" name="3" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <data_defined_properties>
          <Option type="Map">
            <Option name="name" type="QString" value=""/>
            <Option name="properties" type="Map">
              <Option name="alpha" type="Map">
                <Option name="active" type="bool" value="true"/>
                <Option name="expression" type="QString" value="scale_linear(coalesce(&quot;confidence&quot;, 1), 0.5, 0.9, 50, 100)"/>
                <Option name="type" type="int" value="3"/>
              </Option>
            </Option>
            <Option name="type" type="QString" value="collection"/>
          </Option>
        </data_defined_properties>
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" type="QString" value="square"/>
            <Option name="color" type="QString" value="178,16,48,255"/>
            <Option name="size" type="QString" value="2"/>
            <Option name="size_unit" type="QString" value="MM"/>
            <Option name="outline_color" type="QString" value="255,255,255,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.3"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="angle" type="QString" value="0"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="marker" name="4" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <data_defined_properties>
          <Option type="Map">
            <Option name="name" type="QString" value=""/>
            <Option name="properties" type="Map">
              <Option name="alpha" type="Map">
                <Option name="active" type="bool" value="true"/>
                <Option name="expression" type="QString" value="scale_linear(coalesce(&quot;confidence&quot;, 1), 0.5, 0.9, 50, 100)"/>
                <Option name="type" type="int" value="3"/>
              </Option>
            </Option>
            <Option name="type" type="QString" value="collection"/>
          </Option>
        </data_defined_properties>
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" type="QString" value="circle"/>
            <Option name="color" type="QString" value="120,120,120,255"/>
            <Option name="size" type="QString" value="1.6"/>
            <Option name="size_unit" type="QString" value="MM"/>
            <Option name="outline_color" type="QString" value="255,255,255,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.3"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="angle" type="QString" value="0"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="marker" name="5" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" type="QString" value="cross2"/>
            <Option name="color" type="QString" value="130,130,130,255"/>
            <Option name="size" type="QString" value="2.2"/>
            <Option name="size_unit" type="QString" value="MM"/>
            <Option name="outline_color" type="QString" value="130,130,130,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.5"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="angle" type="QString" value="0"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="marker" name="6" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" type="QString" value="circle"/>
            <Option name="color" type="QString" value="90,90,90,255"/>
            <Option name="size" type="QString" value="1.6"/>
            <Option name="size_unit" type="QString" value="MM"/>
            <Option name="outline_color" type="QString" value="255,255,255,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.3"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="angle" type="QString" value="0"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings calloutType="simple">
      <text-style fieldName="CASE WHEN &quot;status&quot; = &#x27;review&#x27; THEN coalesce(attribute(&#x27;review_reason&#x27;), attribute(&#x27;review_rea&#x27;)) WHEN &quot;status&quot; = &#x27;ok&#x27; AND &quot;railway&quot; IN (&#x27;switch&#x27;, &#x27;railway_crossing&#x27;) THEN format_number(&quot;angle_deg&quot;, 1) || &#x27;°&#x27; END" isExpression="1" fontSize="9" fontSizeUnit="Point" fontWeight="63" fontItalic="0" textColor="40,40,40,255" textOpacity="1">
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255" bufferOpacity="0.85" bufferNoFill="1" bufferJoinStyle="128"/>
      </text-style>
      <placement placement="6" dist="2" distUnits="MM" offsetType="1" priority="6" predefinedPositionOrder="TR,TL,BR,BL,R,L"/>
      <rendering drawLabels="1" scaleVisibility="1" scaleMin="0" scaleMax="1500" obstacle="1" obstacleFactor="1"/>
      <dd_properties>
        <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
            <Option name="Color" type="Map">
              <Option name="active" type="bool" value="true"/>
              <Option name="expression" type="QString" value="CASE WHEN &quot;status&quot; = &#x27;review&#x27; THEN color_rgb(170, 70, 0) ELSE color_rgb(40, 40, 40) END"/>
              <Option name="type" type="int" value="3"/>
            </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
        </Option>
      </dd_properties>
    </settings>
  </labeling>
  <blendMode>0</blendMode>
  <featureBlendMode>0</featureBlendMode>
  <fieldConfiguration>
    <field name="railway" configurationFlags="NoFlag">
      <editWidget type="ValueMap">
        <config>
          <Option type="Map">
            <Option name="map" type="List">
              <Option type="Map"><Option name="switch" type="QString" value="switch"/></Option>
              <Option type="Map"><Option name="crossing" type="QString" value="railway_crossing"/></Option>
              <Option type="Map"><Option name="end of track" type="QString" value="end"/></Option>
              <Option type="Map"><Option name="cut at the edge" type="QString" value="cut"/></Option>
            </Option>
          </Option>
        </config>
      </editWidget>
    </field>
    <field name="turnout_side" configurationFlags="NoFlag">
      <editWidget type="ValueMap">
        <config>
          <Option type="Map">
            <Option name="map" type="List">
              <Option type="Map"><Option name="left" type="QString" value="left"/></Option>
              <Option type="Map"><Option name="right" type="QString" value="right"/></Option>
            </Option>
          </Option>
        </config>
      </editWidget>
    </field>
    <field name="status" configurationFlags="NoFlag">
      <editWidget type="ValueMap">
        <config>
          <Option type="Map">
            <Option name="map" type="List">
              <Option type="Map"><Option name="ok" type="QString" value="ok"/></Option>
              <Option type="Map"><Option name="to be reviewed" type="QString" value="review"/></Option>
              <Option type="Map"><Option name="rejected" type="QString" value="rejected"/></Option>
            </Option>
          </Option>
        </config>
      </editWidget>
    </field>
  </fieldConfiguration>
  <aliases>
    <alias index="1" field="node_id" name="node"/>
    <alias index="2" field="railway" name="railway"/>
    <alias index="3" field="degree" name="track ends"/>
    <alias index="4" field="angle_deg" name="angle (°)"/>
    <alias index="5" field="radius_m" name="radius of the branch (m)"/>
    <alias index="6" field="turnout_side" name="side of the branch"/>
    <alias index="7" field="confidence" name="confidence (0–1)"/>
    <alias index="8" field="status" name="status"/>
    <alias index="9" field="review_reason" name="reason for review"/>
  </aliases>
  <previewExpression>concat(represent_value("railway"), ' – ' || coalesce(attribute('review_reason'), attribute('review_rea')))</previewExpression>
  <layerGeometryType>0</layerGeometryType>
</qgis>
