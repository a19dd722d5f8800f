<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en" language="zh_Hans">
  <context>
    <name>RailSeg</name>
    <message>
      <source>No part of the area lies on the picture. Choose another area, or check its coordinate reference system.</source>
      <translation>该区域没有任何部分位于影像上。请选择其他区域，或检查其坐标参照系。</translation>
    </message>
    <message>
      <source>The extent to work on is empty. Choose another.</source>
      <translation>要处理的范围为空。请选择其他范围。</translation>
    </message>
    <message>
      <source>The area lies outside the range of the picture's map projection. Check the area's CRS.</source>
      <translation>该区域超出了影像地图投影的适用范围。请检查该区域的坐标参照系。</translation>
    </message>
    <message>
      <source>Railway</source>
      <translation>铁路</translation>
    </message>
    <message>
      <source>{name} will be a table without lines or points. Choose .gpkg to see them on the map.</source>
      <translation>{name}将是不含线和点的表格。要在地图上查看，请选择 .gpkg。</translation>
    </message>
    <message>
      <source>The run was stopped because RailSeg's environment is being rebuilt. Run it again.</source>
      <translation>由于正在重新创建 RailSeg 的环境，运行已结束。请重新运行。</translation>
    </message>
    <message>
      <source>The finished part is kept for a week: run the same again to continue.</source>
      <translation>已完成的部分会保留一周：以相同设置再次运行即可继续。</translation>
    </message>
    <message>
      <source>The layer {name} was edited during the run, which has replaced its data. Discard those edits: they belong to what was there before.</source>
      <translation>图层 {name} 在运行期间被编辑，而运行已替换其数据。请放弃这些编辑：它们属于之前的数据。</translation>
    </message>
    <message>
      <source>Clean railway mask</source>
      <translation>清理铁路掩膜</translation>
    </message>
    <message>
      <source>rail,track,mask,morphology,opening,closing,erosion,dilation</source>
      <translation>铁路,轨道,线路,掩膜,形态学,开运算,闭运算,腐蚀,膨胀</translation>
    </message>
    <message>
      <source>Cleans a mask of railway tracks: an opening removes specks and thin bridges, then a closing fills gaps. Sizes are in metres on the ground.

In a mask, non-zero pixels are track; in a probability raster, those that reach the threshold.</source>
      <translation>清理铁路轨道掩膜：先用开运算去除斑点和细小粘连，再用闭运算填补间隙。尺寸单位均为地面米。

掩膜中有轨道处的像元值非零；对于概率栅格，达到阈值的像元计为轨道。</translation>
    </message>
    <message>
      <source>Removes specks from a mask of railway tracks and fills its gaps.</source>
      <translation>去除铁路轨道掩膜中的斑点并填补其间隙。</translation>
    </message>
    <message>
      <source>Cleaned mask</source>
      <translation>清理后的掩膜</translation>
    </message>
    <message>
      <source>The cleaned mask.</source>
      <translation>清理后的掩膜。</translation>
    </message>
    <message>
      <source>Compare railway with a map</source>
      <translation>铁路与地图比较</translation>
    </message>
    <message>
      <source>rail,track,openstreetmap,osm,change,update,difference,conflation,asset register,compare</source>
      <translation>铁路,轨道,OpenStreetMap,OSM,变化,更新,差异,匹配,资产台账,比较</translation>
    </message>
    <message>
      <source>Compares extracted tracks with lines that you have, such as an OpenStreetMap export or an asset register: what was extracted but isn't in the map (new), what is in the map but wasn't extracted (missing), and what is in both, either in the same place (matched) or shifted, by offset_dm decimetres to the left of the map's line, in the direction of the extracted track.

Tracks are matched one to one: where the map has one of two tracks, the other is new. The layers may have any coordinate reference systems. If the map extends beyond the picture, choose the picture as well; otherwise all that lies outside it is missing.</source>
      <translation>将提取的轨道与已有线要素（如 OpenStreetMap 导出数据或资产台账）进行比较：已提取但地图中没有的（新增）、地图中有但未提取到的（缺失），以及两者都有的，位置正确（匹配）或有偏移（偏移，沿提取轨道方向位于地图线左侧 offset_dm 分米）。

轨道一对一匹配：两条轨道中地图只有一条时，另一条即为新增。图层可使用任意坐标参照系。如果地图超出影像范围，请同时选择影像，否则影像之外的部分都会被视为缺失。</translation>
    </message>
    <message>
      <source>Shows what extracted tracks have that an existing map doesn't, and the other way round.</source>
      <translation>指出提取的轨道有而现有地图没有的部分，以及相反的情况。</translation>
    </message>
    <message>
      <source>Map</source>
      <translation>地图</translation>
    </message>
    <message>
      <source>The lines to compare with, one per track. All of them count: filter the layer where it has others, such as roads or dismantled railways.</source>
      <translation>用于比较的线要素，每条轨道一条。所有线都计入：如果图层含有其他线（如道路或已拆除的铁路），请先过滤。</translation>
    </message>
    <message>
      <source>Minimum shift (m)</source>
      <translation>偏移起算值 (m)</translation>
    </message>
    <message>
      <source>The offset from which a track counts as shifted, in metres on the ground, averaged over 25 m of track.</source>
      <translation>偏差达到多少时视为偏移，单位为地面米，取 25 m 内的平均值。</translation>
    </message>
    <message>
      <source>Search distance (m)</source>
      <translation>搜索距离 (m)</translation>
    </message>
    <message>
      <source>How far a track may lie from its place in the map, in metres on the ground: less than the distance between two tracks.</source>
      <translation>轨道与其在地图中位置之间允许的最大距离，单位为地面米：应小于两条轨道的间距。</translation>
    </message>
    <message>
      <source>New tracks</source>
      <translation>新增轨道</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that aren't in the map; track_id is the track's.</source>
      <translation>提取的轨道中地图没有的部分；track_id 为该轨道的编号。</translation>
    </message>
    <message>
      <source>Missing tracks</source>
      <translation>缺失轨道</translation>
    </message>
    <message>
      <source>Parts of the map's lines that were not extracted; reference_fid is the feature's id in the map.</source>
      <translation>地图线要素中未提取到的部分；reference_fid 为地图中该要素的 ID。</translation>
    </message>
    <message>
      <source>Shifted tracks</source>
      <translation>偏移轨道</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks, 25 m long at most, that the map has elsewhere: offset_dm decimetres off.</source>
      <translation>提取的轨道中地图位置不同的部分，每段最长 25 m：偏移 offset_dm 分米。</translation>
    </message>
    <message>
      <source>Matched tracks</source>
      <translation>匹配轨道</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that the map has in the same place.</source>
      <translation>提取的轨道中与地图位置一致的部分。</translation>
    </message>
    <message>
      <source>Length of the new tracks (m)</source>
      <translation>新增轨道长度 (m)</translation>
    </message>
    <message>
      <source>Length of the missing tracks (m)</source>
      <translation>缺失轨道长度 (m)</translation>
    </message>
    <message>
      <source>Length of the shifted tracks (m)</source>
      <translation>偏移轨道长度 (m)</translation>
    </message>
    <message>
      <source>Length of the matched tracks (m)</source>
      <translation>匹配轨道长度 (m)</translation>
    </message>
    <message>
      <source>Mean distance of the shifted and matched tracks (dm)</source>
      <translation>偏移和匹配轨道的平均距离 (dm)</translation>
    </message>
    <message>
      <source>Two outputs have the same name: {path}. Give them different names.</source>
      <translation>两个输出具有相同的名称：{path}。请为每个输出指定不同的名称。</translation>
    </message>
    <message>
      <source>{path} is an input: an output would replace it. Give the output another name.</source>
      <translation>{path} 是要读取的文件：输出会替换它。请给输出另起一个名称。</translation>
    </message>
    <message>
      <source>The layer {name} is being edited, and an output would replace its data ({path}). Save or discard its edits, or give the output another name.</source>
      <translation>图层 {name} 正在编辑，而输出会替换其数据（{path}）。请保存或放弃编辑，或为输出另取名称。</translation>
    </message>
    <message>
      <source>{name} can't be written: the folder {folder} doesn't exist or is read-only. Choose another.</source>
      <translation>无法写入 {name}：文件夹 {folder} 不存在或为只读。请选择其他文件夹。</translation>
    </message>
    <message>
      <source>{path} contains other layers, which would be lost: {layers}. Add the output to it with 'Save to GeoPackage…', or give the output another name.</source>
      <translation>{path} 中还有其他图层，它们会丢失：{layers}。请用“保存到地理包...”把输出添加进去，或为输出另取名称。</translation>
    </message>
    <message>
      <source>QGIS can't open {path} because of the %. Choose a folder and a name without it.</source>
      <translation>由于含有 %，QGIS 无法打开 {path}。请选择不含该字符的文件夹和名称。</translation>
    </message>
    <message>
      <source>{name} can't be written as {ending}, which has no room for the fields. Choose .gpkg and export that.</source>
      <translation>{name}无法写成 {ending}：该格式容纳不了这些字段。请选择 .gpkg，然后再导出。</translation>
    </message>
    <message>
      <source>{name} can't be written: the database {database} can't be reached. Check its connection and your password, or choose another output.</source>
      <translation>无法写入 {name}：无法连接数据库 {database}。请检查其连接和密码，或选择其他输出。</translation>
    </message>
    <message>
      <source>Evaluate railway</source>
      <translation>评估铁路</translation>
    </message>
    <message>
      <source>rail,track,switch,quality,accuracy,completeness,correctness,reference,compare,validate</source>
      <translation>铁路,轨道,道岔,质量,精度,完整性,正确性,参考,比较,验证</translation>
    </message>
    <message>
      <source>Compares extracted tracks with tracks that you know to be right: how much was found, how much of what was drawn is right, how far off it is, whether the number of tracks is right from place to place, whether switches are where they should be, and whether the routes along the tracks are the same.

The layers may have any coordinate reference systems. If the reference extends beyond the picture, choose the picture as well. Reference features are ignored if their field state is 'hidden' or their field what is 'ignore'. The reference has a switch wherever three tracks meet.

A figure that can't be calculated, such as the share of switches found where the reference has none, is left out.</source>
      <translation>将提取的轨道与已知正确的轨道进行比较：找到了多少、所绘部分有多少正确、偏差多大、各处轨道数量是否正确、道岔位置是否正确，以及沿轨道的路径是否一致。

图层可使用任意坐标参照系。如果参考数据超出影像范围，请同时选择影像。参考要素的 state 字段为 'hidden' 或 what 字段为 'ignore' 时不计入。参考数据的道岔位于三条轨道交汇之处。

无法得出的指标（例如参考数据没有道岔时的道岔比例）将被省略。</translation>
    </message>
    <message>
      <source>Measures how good extracted railway tracks are, against tracks that you know to be right.</source>
      <translation>以已知正确的轨道为准，评价提取的铁路轨道的质量。</translation>
    </message>
    <message>
      <source>Extracted nodes</source>
      <translation>提取的节点</translation>
    </message>
    <message>
      <source>The nodes that 'Extract railway' has drawn: those whose field railway is 'switch' are compared. Empty: there is a switch wherever three tracks meet.</source>
      <translation>“提取铁路”所绘的节点：其中 railway 字段为 'switch' 的参与比较。留空：道岔位于三条轨道交汇之处。</translation>
    </message>
    <message>
      <source>Reference tracks</source>
      <translation>参考轨道</translation>
    </message>
    <message>
      <source>The centre lines of the tracks that are really there, traced or surveyed.</source>
      <translation>真实存在的轨道的中心线，由描绘或测量得到。</translation>
    </message>
    <message>
      <source>Tolerance (m)</source>
      <translation>容差 (m)</translation>
    </message>
    <message>
      <source>How far a line may be from the reference, in metres on the ground: less than half the distance between two tracks, or the neighbouring track counts.</source>
      <translation>线与参考数据之间允许的最大距离，单位为地面米：应小于两条轨道间距的一半，否则相邻轨道也会计入。</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that are right; offset_cm is positive to the left.</source>
      <translation>提取的轨道中正确的部分；offset_cm 向左为正。</translation>
    </message>
    <message>
      <source>Missed tracks</source>
      <translation>漏提轨道</translation>
    </message>
    <message>
      <source>Parts of the reference that have no extracted track.</source>
      <translation>参考数据中没有对应提取轨道的部分。</translation>
    </message>
    <message>
      <source>False tracks</source>
      <translation>误提轨道</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that have no reference.</source>
      <translation>提取的轨道中没有对应参考数据的部分。</translation>
    </message>
    <message>
      <source>Compared switches</source>
      <translation>比较的道岔</translation>
    </message>
    <message>
      <source>outcome: matched, missed or false; along_m: how far a matched switch lies beyond the one in the reference.</source>
      <translation>outcome：matched（匹配）、missed（遗漏）或 false（错误）；along_m：匹配的道岔超出参考道岔的距离。</translation>
    </message>
    <message>
      <source>Completeness: share of the reference that was found</source>
      <translation>完整率：参考数据中被找到的比例</translation>
    </message>
    <message>
      <source>Correctness: share of the extracted tracks that is right</source>
      <translation>正确率：提取的轨道中正确的比例</translation>
    </message>
    <message>
      <source>Quality: correct length divided by all that was extracted or missed</source>
      <translation>质量：正确长度与提取及遗漏总长度之比</translation>
    </message>
    <message>
      <source>Redundancy: share of the right tracks that is drawn twice</source>
      <translation>冗余率：正确轨道中被重复绘制的比例</translation>
    </message>
    <message>
      <source>Lateral offset, root mean square (cm)</source>
      <translation>横向偏差，均方根 (cm)</translation>
    </message>
    <message>
      <source>Lateral offset, mean to the left (cm)</source>
      <translation>横向偏差，向左平均值 (cm)</translation>
    </message>
    <message>
      <source>Lateral offset that 95 % do not exceed (cm)</source>
      <translation>横向偏差，95 % 不超过的值 (cm)</translation>
    </message>
    <message>
      <source>Gaps per km</source>
      <translation>每公里间隙数</translation>
    </message>
    <message>
      <source>Length of the reference (m)</source>
      <translation>参考数据长度 (m)</translation>
    </message>
    <message>
      <source>Length of the extracted tracks (m)</source>
      <translation>提取的轨道长度 (m)</translation>
    </message>
    <message>
      <source>Share of cross-sections with the right number of tracks</source>
      <translation>轨道数量正确的横断面比例</translation>
    </message>
    <message>
      <source>Mean error of the number of tracks</source>
      <translation>轨道数量的平均误差</translation>
    </message>
    <message>
      <source>Switches of the reference</source>
      <translation>参考道岔数</translation>
    </message>
    <message>
      <source>Extracted switches</source>
      <translation>提取的道岔数</translation>
    </message>
    <message>
      <source>Share of the extracted switches that is right</source>
      <translation>提取的道岔中正确的比例</translation>
    </message>
    <message>
      <source>Share of the reference's switches that was found</source>
      <translation>参考道岔中被找到的比例</translation>
    </message>
    <message>
      <source>Harmonic mean of both</source>
      <translation>两者的调和平均值</translation>
    </message>
    <message>
      <source>Switches' offset along the track, root mean square (m)</source>
      <translation>道岔沿轨道方向的偏差，均方根 (m)</translation>
    </message>
    <message>
      <source>Share of the switches found that branch off to the correct side</source>
      <translation>找到的道岔中分岔方向正确的比例</translation>
    </message>
    <message>
      <source>Path similarity: whether routes along the tracks are the same</source>
      <translation>路径相似度：沿轨道的路径是否一致</translation>
    </message>
    <message>
      <source>The layer {name} has no field railway. Choose nodes that RailSeg has drawn, or none.</source>
      <translation>图层 {name} 没有 railway 字段。请选择 RailSeg 绘制的节点，或不选择。</translation>
    </message>
    <message>
      <source>Export training chips</source>
      <translation>导出训练样本切片</translation>
    </message>
    <message>
      <source>rail,track,training,chips,tiles,labels,mask,deep learning,fine-tune,annotation</source>
      <translation>铁路,轨道,训练,切片,瓦片,标签,掩膜,深度学习,微调,标注</translation>
    </message>
    <message>
      <source>Cuts a picture, and the tracks that you traced in it, into pairs of small pictures that RailSeg's training reads: NAME.png and NAME_target.png, at 0.2 m per pixel. In the target, red is track, green its centre line, and blue what is ignored.

Trace one line per track, midway between its rails. Whatever isn't traced is taken for background, so choose an area in which every track is traced. Lines with the field state = 'hidden' or what = 'ignore' are ignored, those rejected in the review are background. Instead of lines you can use polygons of the ground that the tracks cover, one per track: those wider than 4 m are ignored.</source>
      <translation>将影像及在其上描绘的轨道切成成对的小图片，供 RailSeg 训练读取：NAME.png 和 NAME_target.png，分辨率 0.2 m，其中红色为轨道，绿色为其中心线，蓝色为不计入的部分。

每条轨道描绘一条线，位于两根钢轨正中间。未描绘的部分视为背景：请选择所有轨道都已描绘的区域。字段 state = 'hidden' 或 what = 'ignore' 的线不计入，审核中拒绝的线视为背景。也可以用多边形表示轨道所占地面，每条轨道一个：宽于 4 m 的不计入。</translation>
    </message>
    <message>
      <source>Cuts a picture and the tracks traced in it into chips that RailSeg's training reads.</source>
      <translation>将影像及其上描绘的轨道切成供 RailSeg 训练读取的切片。</translation>
    </message>
    <message>
      <source>Traced tracks</source>
      <translation>描绘的轨道</translation>
    </message>
    <message>
      <source>The centre lines of all tracks in the area, one line each; or polygons of the ground that they cover.</source>
      <translation>区域内所有轨道的中心线，每条轨道一条线；或轨道所占地面的多边形。</translation>
    </message>
    <message>
      <source>Side of a chip (m)</source>
      <translation>切片边长 (m)</translation>
    </message>
    <message>
      <source>In metres on the ground; 102.4 m are 512 pixels of 0.2 m.</source>
      <translation>单位为地面米；102.4 m 即 512 个 0.2 m 的像元。</translation>
    </message>
    <message>
      <source>Chips without track per chip with track</source>
      <translation>每个有轨道切片对应的无轨道切片数</translation>
    </message>
    <message>
      <source>0: only chips that a track crosses; 1: as many without as with. Empty: all chips.</source>
      <translation>0：仅有轨道穿过的切片；1：另加同样数量的无轨道切片。留空：全部切片。</translation>
    </message>
    <message>
      <source>Folder of chips</source>
      <translation>切片文件夹</translation>
    </message>
    <message>
      <source>Existing chips of this picture are replaced; those of others are kept.</source>
      <translation>该影像已有的切片将被替换；其他影像的切片保留。</translation>
    </message>
    <message>
      <source>Number of chips</source>
      <translation>切片数量</translation>
    </message>
    <message>
      <source>Number of chips with a track</source>
      <translation>含轨道的切片数量</translation>
    </message>
    <message>
      <source>Extract railway</source>
      <translation>提取铁路</translation>
    </message>
    <message>
      <source>rail,railroad,track,switch,turnout,orthophoto,drone,uav,deep learning,segmentation</source>
      <translation>铁路,轨道,线路,道岔,正射影像,航空影像,无人机,深度学习,分割</translation>
    </message>
    <message>
      <source>Draws the railway tracks in an aerial or drone picture as lines: one line per track between two nodes, and switches, crossings and ends as nodes.

A neural network finds the tracks, morphological opening and closing clean the mask, and its centre lines become the tracks. All lengths are in metres on the ground. Doubtful tracks and nodes have the status 'review'.

Everything runs on this machine; you can cancel at any time.</source>
      <translation>将航空或无人机影像中的铁路轨道绘制为线：两个节点之间每条轨道一条线，道岔、交叉和轨道终点绘制为节点。

神经网络找出轨道，开运算和闭运算清理掩膜，其中线即成为线要素。所有长度单位均为地面米。存疑之处的状态为 'review'。

全部在本机运行；可随时取消。</translation>
    </message>
    <message>
      <source>Draws the railway tracks in an aerial or drone picture as lines.</source>
      <translation>将航空或无人机影像中的铁路轨道绘制为线。</translation>
    </message>
    <message>
      <source>Extract railway from a folder</source>
      <translation>从文件夹提取铁路</translation>
    </message>
    <message>
      <source>rail,railroad,track,switch,turnout,orthophoto,tiles,mosaic,directory,batch</source>
      <translation>铁路,轨道,线路,道岔,正射影像,航空影像,图幅,镶嵌,目录,批处理</translation>
    </message>
    <message>
      <source>Draws the railway tracks in all pictures of a folder as if they were one picture: tracks continue across the seams.

The folder may hold up to 500 GeoTIFF, JPEG 2000, JPEG, PNG and IMG files; subfolders are ignored. The pictures may have different coordinate reference systems, such as two UTM zones: the layers get the one that most of them have. Where pictures overlap, the first by name counts.

Everything else is as in 'Extract railway'.</source>
      <translation>绘制文件夹中所有影像的铁路轨道，把它们视为一幅影像：轨道会穿过影像之间的接缝。

最多 500 个 GeoTIFF、JPEG 2000、JPEG、PNG 和 IMG 文件，不包括子文件夹中的文件。它们可以有不同的坐标参照系，例如两个 UTM 带：图层采用其中最多的那一个。影像重叠之处，以名称排序在前的为准。

其余与“提取铁路”相同。</translation>
    </message>
    <message>
      <source>Draws the railway tracks in all pictures of a folder as lines.</source>
      <translation>将文件夹中所有影像的铁路轨道绘制为线。</translation>
    </message>
    <message>
      <source>Folder of pictures</source>
      <translation>影像文件夹</translation>
    </message>
    <message>
      <source>Georeferenced rasters with a ground sampling distance of 1 m or finer.</source>
      <translation>地面采样距离不大于 1 m 的带地理参照的栅格。</translation>
    </message>
    <message>
      <source>The folder {folder} doesn't exist. Choose another.</source>
      <translation>文件夹 {folder} 不存在。请另选一个。</translation>
    </message>
    <message>
      <source>Extracted tracks</source>
      <translation>提取的轨道</translation>
    </message>
    <message>
      <source>The tracks that 'Extract railway' has drawn, or any other lines. Tracks rejected in the review are left out.</source>
      <translation>“提取铁路”绘制的轨道（审核中拒绝的除外），或任意线要素。</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>影像</translation>
    </message>
    <message>
      <source>Only the parts of both layers that lie on the picture count. Empty: all lines count.</source>
      <translation>两个图层都只计入位于影像上的部分。留空：所有线都计入。</translation>
    </message>
    <message>
      <source>Only the parts of both layers that lie in these polygons, or beside these lines, count. Empty: all lines count.</source>
      <translation>两个图层中只计入位于这些多边形内或这些线旁的部分。留空：所有线。</translation>
    </message>
    <message>
      <source>None of the tracks lies in the area. Choose another, or check the layers' CRS.</source>
      <translation>该区域内没有任何轨道。请选择其他区域，或检查图层的坐标参照系。</translation>
    </message>
    <message>
      <source>Railway tracks</source>
      <translation>铁路轨道</translation>
    </message>
    <message>
      <source>One line per track between two nodes, with its length, confidence and status.</source>
      <translation>两个节点之间每条轨道一条线，带有长度、置信度和状态。</translation>
    </message>
    <message>
      <source>Railway nodes</source>
      <translation>铁路节点</translation>
    </message>
    <message>
      <source>Switches, crossings, ends, and where a track is cut by the edge of the picture or area.</source>
      <translation>道岔、交叉、终点，以及轨道被影像或区域边缘截断之处。</translation>
    </message>
    <message>
      <source>Railway map (GeoPackage with all layers)</source>
      <translation>铁路地图（包含所有图层的 GeoPackage）</translation>
    </message>
    <message>
      <source>GeoPackage (*.gpkg)</source>
      <translation>GeoPackage (*.gpkg)</translation>
    </message>
    <message>
      <source>Tracks, nodes, which track leads into which (rail_relation) and how the map was made, in one file.</source>
      <translation>轨道、节点、轨道之间的通达关系 (rail_relation) 以及制作过程，保存在一个文件中。</translation>
    </message>
    <message>
      <source>Number of tracks</source>
      <translation>轨道数量</translation>
    </message>
    <message>
      <source>Number of nodes</source>
      <translation>节点数量</translation>
    </message>
    <message>
      <source>Total length (m)</source>
      <translation>总长度 (m)</translation>
    </message>
    <message>
      <source>Number of tracks and nodes to review</source>
      <translation>待核查的轨道和节点数量</translation>
    </message>
    <message>
      <source>{tracks} tracks, {length:.0f} m in all; {nodes} nodes; {review} to review</source>
      <translation>轨道：{tracks} 条，共 {length:.0f} m；节点：{nodes} 个；待核查：{review} 个</translation>
    </message>
    <message>
      <source>{path} was written but can't be read by QGIS. Give it a plain name, without % and |.</source>
      <translation>{path} 已写入，但 QGIS 无法读取。请使用不含 % 和 | 的简单名称。</translation>
    </message>
    <message>
      <source>The results are in {path}: open it, or save it elsewhere before you close QGIS.</source>
      <translation>已找到的内容在 {path} 中：请在关闭 QGIS 之前打开它，或另存到别处。</translation>
    </message>
    <message>
      <source>Aerial or drone picture</source>
      <translation>航空或无人机影像</translation>
    </message>
    <message>
      <source>A georeferenced raster with a ground sampling distance of 1 m or finer.</source>
      <translation>地面采样距离不大于 1 m 的带地理参照的栅格。</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>波段</translation>
    </message>
    <message>
      <source>Three bands to use as red, green and blue, or a single one. Empty: the picture's own red, green and blue.</source>
      <translation>三个波段作为红、绿、蓝，或一个波段。留空：影像自身的红、绿、蓝波段。</translation>
    </message>
    <message>
      <source>The numbers of three bands to use as red, green and blue, such as 4, 1, 2, or of a single one. Empty: the pictures' own red, green and blue.</source>
      <translation>三个波段的编号，依次作为红、绿、蓝，例如 4, 1, 2，或一个波段的编号。留空：影像自身的红、绿、蓝波段。</translation>
    </message>
    <message>
      <source>Extent</source>
      <translation>范围</translation>
    </message>
    <message>
      <source>Only this part of the picture is processed. Empty: all of it.</source>
      <translation>仅处理影像的这一部分。留空：整幅影像。</translation>
    </message>
    <message>
      <source>Only what lies in these polygons, or beside these lines, is processed: a rough line of the railway, such as from OpenStreetMap, will do. Empty: the whole picture, or the whole extent.</source>
      <translation>仅处理位于这些多边形内或这些线旁的部分：一条大致的铁路线（例如来自 OpenStreetMap）即可。留空：整幅影像或整个范围。</translation>
    </message>
    <message>
      <source>Area or lines</source>
      <translation>区域或线</translation>
    </message>
    <message>
      <source>Corridor (m)</source>
      <translation>走廊宽度 (m)</translation>
    </message>
    <message>
      <source>How far to look to either side of the lines and beyond their ends, in metres; not used for polygons.</source>
      <translation>在线的两侧及其端点之外搜索多远，单位为米；不用于多边形。</translation>
    </message>
    <message>
      <source>Model file</source>
      <translation>模型文件</translation>
    </message>
    <message>
      <source>RailSeg model (*.safetensors)</source>
      <translation>RailSeg 模型 (*.safetensors)</translation>
    </message>
    <message>
      <source>A model of your own, trained with RailSeg. Empty: the bundled one.</source>
      <translation>您自己用 RailSeg 训练的模型。留空：自带的模型。</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>设备</translation>
    </message>
    <message>
      <source>What the model runs on: auto uses a graphics card if there is one, otherwise the processor.</source>
      <translation>计算设备：auto 在有显卡时使用显卡，否则使用处理器。</translation>
    </message>
    <message>
      <source>Look closely everywhere</source>
      <translation>全图仔细检查</translation>
    </message>
    <message>
      <source>The model first glances at each part of the picture and skips those without any sign of track, which saves time. Check this if a track is missing, or if you lower the threshold.</source>
      <translation>模型先粗看图像的每个部分，并跳过没有轨道迹象的部分，以节省时间。如果有轨道遗漏，或者您降低了阈值，请选中此项。</translation>
    </message>
    <message>
      <source>Mask or probability raster</source>
      <translation>掩膜或概率栅格</translation>
    </message>
    <message>
      <source>RailSeg's probability raster, or a one-band mask or probability raster made elsewhere.</source>
      <translation>RailSeg 的概率栅格，或其他来源的单波段掩膜或概率栅格。</translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation>阈值</translation>
    </message>
    <message>
      <source>Probability from which a pixel counts as track, 0 to 1. Empty: the value that the model was tuned for.</source>
      <translation>像元计为轨道的最低概率，0 到 1。留空：模型调定的值。</translation>
    </message>
    <message>
      <source>Opening (m)</source>
      <translation>开运算 (m)</translation>
    </message>
    <message>
      <source>Removes specks and bridges thinner than this, in metres on the ground; 0: nothing.</source>
      <translation>去除比此值更细的斑点和粘连，单位为地面米；0：不处理。</translation>
    </message>
    <message>
      <source>Closing (m)</source>
      <translation>闭运算 (m)</translation>
    </message>
    <message>
      <source>Then fills gaps narrower than this, in metres on the ground; 0: none.</source>
      <translation>然后填补比此值更窄的间隙，单位为地面米；0：不处理。</translation>
    </message>
    <message>
      <source>Kernel</source>
      <translation>核</translation>
    </message>
    <message>
      <source>Shape of the kernel for opening and closing.</source>
      <translation>开运算和闭运算的形状。</translation>
    </message>
    <message>
      <source>Minimum length (m)</source>
      <translation>最小长度 (m)</translation>
    </message>
    <message>
      <source>Isolated pieces shorter than this, in metres, are left out unless the edge of the picture or area cuts them.</source>
      <translation>更短的孤立线段会被舍弃（单位：米），除非它们被影像或区域的边缘截断。</translation>
    </message>
    <message>
      <source>Probability raster</source>
      <translation>概率栅格</translation>
    </message>
    <message>
      <source>Bands track and axis, 0–255 for 0–1, at the model's ground sampling distance.</source>
      <translation>波段 track（轨道）和 axis（轨道中心线），0–255 对应 0–1，采用模型的地面采样距离。</translation>
    </message>
    <message>
      <source>Mask raster</source>
      <translation>掩膜栅格</translation>
    </message>
    <message>
      <source>The cleaned mask of the tracks.</source>
      <translation>清理后的轨道掩膜。</translation>
    </message>
    <message>
      <source>{n} bands are chosen: choose three as red, green and blue, or one, or none.</source>
      <translation>选择了 {n} 个波段：请选择三个作为红、绿、蓝，或一个，或不选。</translation>
    </message>
    <message>
      <source>'{text}' isn't a list of band numbers: give three, such as 4, 1, 2, or one, or none.</source>
      <translation>“{text}”不是波段编号：请给出三个（例如 4, 1, 2）、一个，或留空。</translation>
    </message>
    <message>
      <source>{path} will be a GeoTIFF: give it a name that ends in .tif.</source>
      <translation>{path} 将是 GeoTIFF：请使用以 .tif 结尾的名称。</translation>
    </message>
    <message>
      <source>The raster layer {name} can't be read. Repair its data source.</source>
      <translation>无法读取栅格图层 {name}。请修复其数据源。</translation>
    </message>
    <message>
      <source>The raster layer {name} has no coordinate reference system. Give it one: right-click the layer &gt; Layer CRS &gt; Set Layer CRS.</source>
      <translation>栅格图层 {name} 没有坐标参照系。请设置：右键单击图层 &gt; 图层CRS &gt; 设置图层CRS。</translation>
    </message>
    <message>
      <source>The raster layer {name} is too coarse: its pixels are {gsd:.2g} m on the ground. Tracks can be told apart up to {largest:g} m, and best at {best:g} m or finer.</source>
      <translation>栅格图层 {name} 分辨率太低：像元的地面大小为 {gsd:.2g} 米。不超过 {largest:g} 米时轨道才可区分，{best:g} 米或更精细时效果最佳。</translation>
    </message>
    <message>
      <source>{name} comes from a server and has no bounds: choose a picture that has bounds, or none.</source>
      <translation>{name} 来自服务器且没有边界：请选择有边界的影像，或不选择。</translation>
    </message>
    <message>
      <source>The extent lies outside the raster layer. Choose another.</source>
      <translation>该范围位于栅格图层之外。请选择其他范围。</translation>
    </message>
    <message>
      <source>Exporting {columns} × {rows} pixels of {name}</source>
      <translation>正在导出 {name} 的 {columns} × {rows} 个像元</translation>
    </message>
    <message>
      <source>Exporting the picture</source>
      <translation>正在导出影像</translation>
    </message>
    <message>
      <source>The layer {name} can't be exported. Save it as a GeoTIFF and use that instead.</source>
      <translation>无法导出图层 {name}。请将其另存为 GeoTIFF，然后用该文件重新运行。</translation>
    </message>
    <message>
      <source>The server sent no picture of {name} for this area: it has none, or it failed. Try again later.</source>
      <translation>{name} 在该处没有传回任何影像：服务器没有影像，或出了故障。请稍后再试。</translation>
    </message>
    <message>
      <source>The server sent no picture for {percent:.2g} % of {name}: it has none there, or it failed. Tracks may be missing.</source>
      <translation>{name} 有 {percent:.2g} % 没有传回影像：服务器在该处没有影像，或出了故障。可能缺少轨道。</translation>
    </message>
    <message>
      <source>{name} must be exported first, which needs up to {needed:.0f} MB; the disk for temporary files has {free:.0f} MB free. Choose a smaller extent or area.</source>
      <translation>必须先导出 {name}，最多需要 {needed:.0f} MB；临时文件所在磁盘剩余 {free:.0f} MB。请选择更小的范围或区域。</translation>
    </message>
    <message>
      <source>{name} comes from a server: choose an extent or an area to work on.</source>
      <translation>{name} 来自服务器：请选择要处理的范围或区域。</translation>
    </message>
    <message>
      <source>{name} comes from a server: choose an extent of at most {side} m.</source>
      <translation>{name} 来自服务器：请选择不超过 {side} m 的范围。</translation>
    </message>
    <message>
      <source>{layer} of {raster}</source>
      <translation>{raster} 的{layer}</translation>
    </message>
    <message>
      <source>Extracted from {raster} by RailSeg {version}</source>
      <translation>由 RailSeg {version} 从 {raster} 提取</translation>
    </message>
    <message>
      <source>with the model {model}</source>
      <translation>使用模型 {model}</translation>
    </message>
    <message>
      <source>Lines and nodes with the status 'review' are doubtful and should be checked.</source>
      <translation>状态为 'review' 的线和节点存疑，应当核查。</translation>
    </message>
    <message>
      <source>Parameters: {list}</source>
      <translation>参数：{list}</translation>
    </message>
    <message>
      <source>The licence terms of the picture determine how the lines drawn from it may be used.</source>
      <translation>由影像绘制的线要素适用该影像的许可条款。</translation>
    </message>
    <message>
      <source>Segment railway</source>
      <translation>分割铁路</translation>
    </message>
    <message>
      <source>rail,railroad,track,probability,mask,orthophoto,drone,deep learning,segmentation</source>
      <translation>铁路,轨道,线路,概率,掩膜,正射影像,航空影像,无人机,深度学习,分割</translation>
    </message>
    <message>
      <source>Gives, for each pixel of an aerial or drone picture, the probability that it is railway track (band track) and that it is on the centre line of a track (band axis), 0–255 for 0–1.

The optional mask is what reaches the threshold, cleaned by opening and closing. 'Vectorize railway mask' turns either raster into lines.</source>
      <translation>给出航空或无人机影像每个像元为铁路轨道（波段 track）和轨道中心线（波段 axis）的概率，0–255 对应 0–1。

如需掩膜，则为达到阈值的部分，经开运算和闭运算清理。“矢量化铁路掩膜”可将两者转换为线。</translation>
    </message>
    <message>
      <source>Gives the probability that each pixel is railway track.</source>
      <translation>给出每个像元为铁路轨道的概率。</translation>
    </message>
    <message>
      <source>The layer {name} has no coordinate reference system. Give it one: right-click the layer &gt; Layer CRS &gt; Set Layer CRS.</source>
      <translation>图层 {name} 没有坐标参照系。请设置：右键单击图层 &gt; 图层CRS &gt; 设置图层CRS。</translation>
    </message>
    <message>
      <source>The layer {name} can't be exported ({message}). Save it as a GeoPackage and use that instead.</source>
      <translation>无法导出图层 {name}（{message}）。请将其另存为 GeoPackage，然后用该文件重新运行。</translation>
    </message>
    <message>
      <source>Vectorize railway mask</source>
      <translation>矢量化铁路掩膜</translation>
    </message>
    <message>
      <source>rail,track,mask,probability,centerline,centreline,skeleton,lines,vectorise</source>
      <translation>铁路,轨道,掩膜,概率,轨道中心线,中心线,骨架,线,矢量化</translation>
    </message>
    <message>
      <source>Draws the railway tracks in a mask or probability raster as lines: one line per track between two nodes, and switches, crossings and ends as nodes.

It takes RailSeg's own probability raster, and one-band masks and probability rasters made elsewhere, with pixels of up to 2 m. All lengths are in metres on the ground.</source>
      <translation>将掩膜或概率栅格中的铁路轨道绘制为线：两个节点之间每条轨道一条线，道岔、交叉和轨道终点绘制为节点。

可使用 RailSeg 自己的概率栅格，以及其他来源的单波段掩膜和概率栅格，像元不大于 2 m。所有长度单位均为地面米。</translation>
    </message>
    <message>
      <source>Draws the railway tracks in a mask or probability raster as lines.</source>
      <translation>将掩膜或概率栅格中的铁路轨道绘制为线。</translation>
    </message>
    <message>
      <source>RailSeg needs Python {oldest} to {newest} with its venv module to create the environment. Install it (from python.org; on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python.</source>
      <translation>RailSeg 需要 Python {oldest} 到 {newest} 及其 venv 模块来创建环境。请安装（从 python.org；Debian 和 Ubuntu 上为软件包 python3-venv），然后重试，或使用已有的 Python。</translation>
    </message>
    <message>
      <source>Of another version: {pythons}.</source>
      <translation>版本不符：{pythons}。</translation>
    </message>
    <message>
      <source>Without venv: {pythons}.</source>
      <translation>缺少 venv：{pythons}。</translation>
    </message>
    <message>
      <source>{path} can't be written.</source>
      <translation>无法写入 {path}。</translation>
    </message>
    <message>
      <source>Another QGIS window (process {pid} on {host}) is creating the environment. Wait until it is done. If there is no such window, delete {path}.</source>
      <translation>另一个 QGIS 窗口（{host} 上的进程 {pid}）正在创建环境。请等待其完成。如果没有这样的窗口，请删除 {path}。</translation>
    </message>
    <message>
      <source>This takes about {duration} and {size:.0f} MB of disk space</source>
      <translation>大约需要 {duration}，占用磁盘 {size:.0f} MB</translation>
    </message>
    <message>
      <source>This takes at most about {duration} and {size:.0f} MB of disk space</source>
      <translation>最多大约需要 {duration}，占用磁盘 {size:.0f} MB</translation>
    </message>
    <message>
      <source>{n} s</source>
      <translation>{n} 秒</translation>
    </message>
    <message>
      <source>{n} min</source>
      <translation>{n} 分钟</translation>
    </message>
    <message>
      <source>{n} h</source>
      <translation>{n} 小时</translation>
    </message>
    <message>
      <source>The Python chosen for RailSeg doesn't exist: {path}. Choose another under Settings &gt; Options &gt; RailSeg.</source>
      <translation>为 RailSeg 选择的 Python 不存在：{path}。请在 设置 &gt; 选项 &gt; RailSeg 中另选一个。</translation>
    </message>
    <message>
      <source>The Python that RailSeg's environment was created with is gone, perhaps after an update of QGIS. Create the environment again under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>用于创建 RailSeg 环境的 Python 已不存在，QGIS 更新后可能出现这种情况。请在 设置 &gt; 选项 &gt; RailSeg &gt; 创建环境 中重新创建。</translation>
    </message>
    <message>
      <source>RailSeg's Python environment is missing. Create it under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>缺少 RailSeg 的 Python 环境。请在 设置 &gt; 选项 &gt; RailSeg &gt; 创建环境 中创建。</translation>
    </message>
    <message>
      <source>Without a desktop, set the variable {variable} to a Python that has the packages listed in {requirements}.</source>
      <translation>没有桌面时，请将变量 {variable} 设为装有 {requirements} 中软件包的 Python。</translation>
    </message>
    <message>
      <source>RailSeg's Python environment was created for another version of RailSeg. Create it again under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>RailSeg 的 Python 环境是为 RailSeg 的另一版本创建的。请在 设置 &gt; 选项 &gt; RailSeg &gt; 创建环境 中重新创建。</translation>
    </message>
    <message>
      <source>Python: {path}</source>
      <translation>Python：{path}</translation>
    </message>
    <message>
      <source>PyTorch can't use the NVIDIA card and runs on the CPU: {problem}</source>
      <translation>PyTorch 无法使用 NVIDIA 显卡，将使用 CPU：{problem}</translation>
    </message>
    <message>
      <source>{folder} has no wheels (files that end in .whl).</source>
      <translation>{folder} 中没有 wheel 文件（以 .whl 结尾）。</translation>
    </message>
    <message>
      <source>{folder} has {free:.1f} GB free, but creating the environment needs {needed:.1f} GB. Free some space, then try again.</source>
      <translation>{folder} 可用空间为 {free:.1f} GB，创建环境需要 {needed:.1f} GB。请腾出空间后重试。</translation>
    </message>
    <message>
      <source>{folder} contains other files. Move them away, then try again.</source>
      <translation>{folder} 中有其他内容。请将其移走后重试。</translation>
    </message>
    <message>
      <source>The folder {folder} can't be written: {error}.</source>
      <translation>无法写入文件夹 {folder}：{error}。</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>已取消。</translation>
    </message>
    <message>
      <source>Creating RailSeg's Python environment</source>
      <translation>正在创建 RailSeg 的 Python 环境</translation>
    </message>
    <message>
      <source>Checking RailSeg's Python</source>
      <translation>正在检查 RailSeg 的 Python</translation>
    </message>
    <message>
      <source>{program} failed with exit code {code}:</source>
      <translation>{program} 失败，退出代码 {code}：</translation>
    </message>
    <message>
      <source>The package server can't be reached. Check the connection, then try again: what has been downloaded isn't downloaded twice. Without a network, install from a folder of wheels.</source>
      <translation>无法连接软件包服务器。请检查网络连接后重试：已下载的内容不会重复下载。没有网络时，请从 wheel 文件夹安装。</translation>
    </message>
    <message>
      <source>The proxy doesn't let the download through. Check host, port, user and password under Settings &gt; Options &gt; Network (an HTTP proxy: pip can't use SOCKS by itself), or install from a folder of wheels.</source>
      <translation>代理不允许下载。请在 设置 &gt; 选项 &gt; 网络 中检查主机、端口、用户和密码（HTTP 代理：pip 本身不支持 SOCKS），或从 wheel 文件夹安装。</translation>
    </message>
    <message>
      <source>The server's certificate isn't trusted, perhaps because a company's firewall inspects connections. Set the variable PIP_CERT to the company's certificate file (PEM) before QGIS starts, or install from a folder of wheels.</source>
      <translation>服务器证书不受信任，例如公司防火墙会检查连接。请在启动 QGIS 之前将变量 PIP_CERT 设为公司的证书文件 (PEM)，或从 wheel 文件夹安装。</translation>
    </message>
    <message>
      <source>The disk is full. Free some space, then try again.</source>
      <translation>磁盘已满。请腾出空间后重试。</translation>
    </message>
    <message>
      <source>A file can't be written, because another program is using it (a virus scanner, another QGIS window) or you have no access to the folder. Wait or close other QGIS windows and try again; if that doesn't help, exclude the folder from virus scanning.</source>
      <translation>无法写入文件，因为其他程序（病毒扫描程序、另一个 QGIS 窗口）正在占用它，或您没有该文件夹的权限。请等待或关闭其他 QGIS 窗口后重试；如果问题依旧，请将该文件夹排除在病毒扫描之外。</translation>
    </message>
    <message>
      <source>A virus scanner or a policy of this machine doesn't let the program run. Ask the machine's administrator to allow it in this folder, or use an existing Python.</source>
      <translation>病毒扫描程序或本机策略不允许运行该程序。请联系本机管理员允许在此文件夹中运行，或使用已有的 Python。</translation>
    </message>
    <message>
      <source>A file's path is too long for this system. Enable long paths in Windows, or use an existing Python in a folder with a shorter name.</source>
      <translation>文件路径对本系统来说过长。请在 Windows 中启用长路径，或使用位于名称较短的文件夹中的已有 Python。</translation>
    </message>
    <message>
      <source>A package isn't available for this Python and system. If you install from a folder, check that its wheels were downloaded for this system and this version of Python; otherwise use an existing Python (3.11 to 3.14).</source>
      <translation>没有适用于此 Python 和系统的软件包。如果从文件夹安装，请检查其中的 wheel 文件是否是为本系统和此 Python 版本下载的；否则请使用已有的 Python（3.11 至 3.14）。</translation>
    </message>
    <message>
      <source>This Python has no pip. Create the environment again, or use an existing Python.</source>
      <translation>此 Python 没有 pip。请重新创建环境，或使用已有的 Python。</translation>
    </message>
    <message>
      <source>This Python can't create environments. Install its venv module (on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python.</source>
      <translation>此 Python 无法创建环境。请安装其 venv 模块（Debian 和 Ubuntu 上为软件包 python3-venv）后重试，或使用已有的 Python。</translation>
    </message>
    <message>
      <source>This Python lacks a package that RailSeg needs. Install those listed in {requirements} into it (pip install -r), or let RailSeg create an environment of its own.</source>
      <translation>此 Python 缺少 RailSeg 所需的软件包。请在其中安装 {requirements} 中的软件包 (pip install -r)，或让 RailSeg 创建自己的环境。</translation>
    </message>
    <message>
      <source>A system library that PyTorch needs is missing. On Windows install Microsoft's Visual C++ Redistributable (2015–2022, x64), on Linux the package libgomp1, then check again.</source>
      <translation>缺少 PyTorch 所需的系统库。Windows 上请安装 Microsoft Visual C++ Redistributable（2015–2022，x64），Linux 上请安装软件包 libgomp1，然后重新检查。</translation>
    </message>
    <message>
      <source>There wasn't enough memory, and the program was stopped. Close other programs, then try again.</source>
      <translation>内存不足，程序已终止。请关闭其他程序后重试。</translation>
    </message>
    <message>
      <source>Check</source>
      <translation>检查</translation>
    </message>
    <message>
      <source>Copy report</source>
      <translation>复制报告</translation>
    </message>
    <message>
      <source>Build it for this machine's processor</source>
      <translation>为本机处理器创建</translation>
    </message>
    <message>
      <source>Build it for the NVIDIA card (CUDA)</source>
      <translation>为 NVIDIA 显卡 (CUDA) 创建</translation>
    </message>
    <message>
      <source>Build it from a folder of wheels, without a network</source>
      <translation>从 wheel 文件夹创建，无需网络</translation>
    </message>
    <message>
      <source>Folder of wheels</source>
      <translation>wheel 文件夹</translation>
    </message>
    <message>
      <source>Use an existing Python that has RailSeg's requirements</source>
      <translation>使用满足 RailSeg 要求的已有 Python</translation>
    </message>
    <message>
      <source>Python for RailSeg</source>
      <translation>RailSeg 使用的 Python</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>RailSeg's model runs in a Python environment of its own, separate from QGIS: PyTorch and some smaller packages, installed to {folder}. QGIS itself isn't changed.</source>
      <translation>RailSeg 的模型在 QGIS 之外独立的 Python 环境中运行：PyTorch 和一些较小的软件包，安装到 {folder}。QGIS 不会有任何改动。</translation>
    </message>
    <message>
      <source>Environment</source>
      <translation>环境</translation>
    </message>
    <message>
      <source>Set it up</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>Check and use it</source>
      <translation>检查并使用</translation>
    </message>
    <message>
      <source>Create environment</source>
      <translation>创建环境</translation>
    </message>
    <message>
      <source>Ready: {python}</source>
      <translation>就绪：{python}</translation>
    </message>
    <message>
      <source>(set by the variable {name})</source>
      <translation>（由变量 {name} 设定）</translation>
    </message>
    <message>
      <source>{text}: about {download} GB to download, {disk} GB on disk</source>
      <translation>{text}：下载约 {download} GB，占用磁盘 {disk} GB</translation>
    </message>
    <message>
      <source>Extract railway…</source>
      <translation>提取铁路…</translation>
    </message>
    <message>
      <source>Extract railway from a folder…</source>
      <translation>从文件夹提取铁路…</translation>
    </message>
    <message>
      <source>The Python environment isn't ready: set it up in the options.</source>
      <translation>Python 环境尚未就绪：请在选项中设置。</translation>
    </message>
    <message>
      <source>Open the options</source>
      <translation>打开选项</translation>
    </message>
    <message>
      <source>{program} can't be started: {error}.</source>
      <translation>无法启动 {program}：{error}。</translation>
    </message>
    <message>
      <source>Review railway tracks</source>
      <translation>核查铁路轨道</translation>
    </message>
    <message>
      <source>The railway is on the map. Some of it should be checked.</source>
      <translation>铁路已绘制到地图上。其中部分内容应当核查。</translation>
    </message>
    <message>
      <source>Review 1 item</source>
      <translation>核查 1 项</translation>
    </message>
    <message>
      <source>Review {n} items</source>
      <translation>核查 {n} 项</translation>
    </message>
    <message>
      <source>Accept railway tracks</source>
      <translation>接受铁路轨道</translation>
    </message>
    <message>
      <source>Reject railway tracks</source>
      <translation>拒绝铁路轨道</translation>
    </message>
    <message>
      <source>Delete rejected railway tracks</source>
      <translation>删除已拒绝的铁路轨道</translation>
    </message>
    <message>
      <source>The edits of {name} could not be saved: {problem}</source>
      <translation>无法保存 {name} 的编辑：{problem}</translation>
    </message>
    <message>
      <source>{name} can't be edited. Save it as a GeoPackage in a folder of your own and review that.</source>
      <translation>无法编辑 {name}。请将其另存为 GeoPackage 到您自己的文件夹中，然后核查该文件。</translation>
    </message>
    <message>
      <source>track</source>
      <translation>轨道</translation>
    </message>
    <message>
      <source>switch</source>
      <translation>道岔</translation>
    </message>
    <message>
      <source>crossing</source>
      <translation>交叉</translation>
    </message>
    <message>
      <source>end of track</source>
      <translation>轨道终点</translation>
    </message>
    <message>
      <source>cut at the edge</source>
      <translation>在边缘截断</translation>
    </message>
    <message>
      <source>node</source>
      <translation>节点</translation>
    </message>
    <message>
      <source>What</source>
      <translation>对象</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>原因</translation>
    </message>
    <message>
      <source>Length (m)</source>
      <translation>长度 (m)</translation>
    </message>
    <message>
      <source>Confidence</source>
      <translation>置信度</translation>
    </message>
    <message>
      <source>Show only the items that are doubtful for this reason</source>
      <translation>仅显示因此原因存疑的内容</translation>
    </message>
    <message>
      <source>All reasons</source>
      <translation>所有原因</translation>
    </message>
    <message>
      <source>Previous</source>
      <translation>上一项</translation>
    </message>
    <message>
      <source>Previous item (P)</source>
      <translation>上一项 (P)</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>下一项</translation>
    </message>
    <message>
      <source>Next item (N)</source>
      <translation>下一项 (N)</translation>
    </message>
    <message>
      <source>Accept</source>
      <translation>接受</translation>
    </message>
    <message>
      <source>The selected items are right (A)</source>
      <translation>所选内容正确 (A)</translation>
    </message>
    <message>
      <source>Reject</source>
      <translation>拒绝</translation>
    </message>
    <message>
      <source>The selected items are wrong; they are kept, in grey (R)</source>
      <translation>所选内容有误；保留并显示为灰色 (R)</translation>
    </message>
    <message>
      <source>Delete rejected</source>
      <translation>删除已拒绝</translation>
    </message>
    <message>
      <source>Deletes the rejected items from the layers; Undo brings them back</source>
      <translation>从图层中删除已拒绝的内容；撤销可恢复</translation>
    </message>
    <message>
      <source>Save edits</source>
      <translation>保存编辑</translation>
    </message>
    <message>
      <source>Saves what you decided, and all other edits of these layers, to their files</source>
      <translation>将所作决定及这些图层的所有其他编辑写入其文件</translation>
    </message>
    <message>
      <source>Delete rejected ({n})</source>
      <translation>删除已拒绝 ({n})</translation>
    </message>
    <message>
      <source>{n} to review</source>
      <translation>待核查 {n} 项</translation>
    </message>
    <message>
      <source>{shown} of {n} to review</source>
      <translation>待核查 {shown} / {n} 项</translation>
    </message>
    <message>
      <source>There are no railway tracks in this project: right-click a raster layer and choose Extract railway….</source>
      <translation>此项目中没有铁路轨道：右键单击栅格图层，选择“提取铁路…”。</translation>
    </message>
    <message>
      <source>Nothing is left to review. Save the layers' edits to keep what you decided.</source>
      <translation>没有待核查的内容了。请保存图层编辑以保留您的决定。</translation>
    </message>
    <message>
      <source>Nothing is left to review.</source>
      <translation>没有待核查的内容了。</translation>
    </message>
    <message>
      <source>short isolated piece</source>
      <translation>孤立短线段</translation>
    </message>
    <message>
      <source>sharp bend</source>
      <translation>急弯</translation>
    </message>
    <message>
      <source>low confidence</source>
      <translation>置信度低</translation>
    </message>
    <message>
      <source>long inference</source>
      <translation>长距离推断</translation>
    </message>
    <message>
      <source>close to another track</source>
      <translation>距另一轨道过近</translation>
    </message>
    <message>
      <source>crosses another track</source>
      <translation>与另一轨道相交</translation>
    </message>
    <message>
      <source>uncertain fork</source>
      <translation>分岔不确定</translation>
    </message>
    <message>
      <source>uncertain crossing</source>
      <translation>交叉不确定</translation>
    </message>
    <message>
      <source>crossing or slip</source>
      <translation>菱形交叉或交分道岔</translation>
    </message>
    <message>
      <source>closed ring</source>
      <translation>闭合环</translation>
    </message>
    <message>
      <source>The worker gave no answer:</source>
      <translation>工作进程没有响应：</translation>
    </message>
    <message>
      <source>RailSeg {version}, Python {python}, PyTorch {torch}, runs on {device}, {speed:.1f} tiles per second</source>
      <translation>RailSeg {version}，Python {python}，PyTorch {torch}，运行于 {device}，每秒 {speed:.1f} 个瓦片</translation>
    </message>
    <message>
      <source>RailSeg's Python can't be started ({error}). Check it under Settings &gt; Options &gt; RailSeg.</source>
      <translation>无法启动 RailSeg 的 Python（{error}）。请在 设置 &gt; 选项 &gt; RailSeg 中检查。</translation>
    </message>
    <message>
      <source>RailSeg's files are from different versions. Install the plugin again and restart QGIS.</source>
      <translation>RailSeg 的文件版本不一致。请重新安装插件并重启 QGIS。</translation>
    </message>
    <message>
      <source>RailSeg's worker was stopped by the system, probably for lack of memory. Close other programs or choose a smaller extent, then run it again. Outputs of earlier runs are untouched.</source>
      <translation>RailSeg 的工作进程被系统终止，可能是内存不足。请关闭其他程序或选择较小的范围，然后重新运行。先前运行的输出未受影响。</translation>
    </message>
    <message>
      <source>RailSeg's worker ended unexpectedly (exit code {code}). Check the environment under Settings &gt; Options &gt; RailSeg; if it is in order, report this with the lines below.</source>
      <translation>RailSeg 的工作进程意外终止（退出代码 {code}）。请在 设置 &gt; 选项 &gt; RailSeg 中检查环境；如果环境正常，请连同以下内容报告此问题。</translation>
    </message>
    <message>
      <source>{stage}: {done} of {total} tiles</source>
      <translation>{stage}：第 {done} / {total} 个瓦片</translation>
    </message>
    <message>
      <source>{stage}, about {duration} left</source>
      <translation>{stage}，剩余约 {duration}</translation>
    </message>
    <message>
      <source>{gsd:.3g} m pixels, {area:.1f} ha to process in {tiles} tiles with {model} on {device}</source>
      <translation>像元大小 {gsd:.3g} m，需处理 {area:.1f} ha，共 {tiles} 个瓦片，使用模型 {model}，运行于 {device}</translation>
    </message>
    <message>
      <source>Looking for tracks</source>
      <translation>正在查找轨道</translation>
    </message>
    <message>
      <source>Cleaning the mask</source>
      <translation>正在清理掩膜</translation>
    </message>
    <message>
      <source>Thinning the tracks</source>
      <translation>正在细化轨道</translation>
    </message>
    <message>
      <source>Drawing the lines</source>
      <translation>正在绘制线</translation>
    </message>
    <message>
      <source>Comparing the lines</source>
      <translation>正在比较线</translation>
    </message>
    <message>
      <source>Cutting chips</source>
      <translation>正在切割切片</translation>
    </message>
    <message>
      <source>to be reviewed</source>
      <translation>待核查</translation>
    </message>
    <message>
      <source>rejected</source>
      <translation>已拒绝</translation>
    </message>
    <message>
      <source>other</source>
      <translation>其他</translation>
    </message>
    <message>
      <source>railway</source>
      <translation>铁路要素类型</translation>
    </message>
    <message>
      <source>track ends</source>
      <translation>节点处的轨道端数</translation>
    </message>
    <message>
      <source>angle (°)</source>
      <translation>角度 (°)</translation>
    </message>
    <message>
      <source>radius of the branch (m)</source>
      <translation>侧线半径 (m)</translation>
    </message>
    <message>
      <source>side of the branch</source>
      <translation>侧线所在侧</translation>
    </message>
    <message>
      <source>confidence (0–1)</source>
      <translation>置信度 (0–1)</translation>
    </message>
    <message>
      <source>status</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>reason for review</source>
      <translation>核查原因</translation>
    </message>
    <message>
      <source>left</source>
      <translation>左</translation>
    </message>
    <message>
      <source>right</source>
      <translation>右</translation>
    </message>
    <message>
      <source>ok</source>
      <translation>正常</translation>
    </message>
    <message>
      <source>confidence 0.9 and more</source>
      <translation>置信度 0.9 及以上</translation>
    </message>
    <message>
      <source>confidence 0.75 to 0.9</source>
      <translation>置信度 0.75 至 0.9</translation>
    </message>
    <message>
      <source>confidence below 0.75</source>
      <translation>置信度低于 0.75</translation>
    </message>
    <message>
      <source>from node</source>
      <translation>起始节点</translation>
    </message>
    <message>
      <source>to node</source>
      <translation>终止节点</translation>
    </message>
    <message>
      <source>length on the ground (m)</source>
      <translation>地面长度 (m)</translation>
    </message>
    <message>
      <source>lowest confidence (0–1)</source>
      <translation>最低置信度 (0–1)</translation>
    </message>
    <message>
      <source>inferred length (m)</source>
      <translation>推断长度 (m)</translation>
    </message>
    <message>
      <source>smallest radius (m)</source>
      <translation>最小半径 (m)</translation>
    </message>
    <message>
      <source>source</source>
      <translation>来源</translation>
    </message>
    <message>
      <source>source's ground sampling distance (m)</source>
      <translation>来源的地面采样距离 (m)</translation>
    </message>
    <message>
      <source>model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>created</source>
      <translation>创建时间</translation>
    </message>
    <message>
      <source>rail</source>
      <translation>铁路</translation>
    </message>
    <message>
      <source>matched</source>
      <translation>匹配</translation>
    </message>
    <message>
      <source>missed</source>
      <translation>遗漏</translation>
    </message>
    <message>
      <source>false</source>
      <translation>错误</translation>
    </message>
  </context>
</TS>
